import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A TypeScript file of this folder, running in a process of its own. */
export interface Child<Answer> {
  readonly process: ChildProcess
  /** Its one message, sent when it is done. */
  readonly answer: Promise<Answer>
  readonly exited: Promise<unknown>
}

/** Starts `testing/<name>.ts` with the arguments that it reads from process.argv. */
export function startChild<Answer>(name: string, ...args: string[]): Child<Answer> {
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  const child = fork(script, args, { cwd, execArgv: ['-C', '@meeshy/source', '--import', 'tsx'] })
  const exited = once(child, 'exit')
  return { process: child, answer: firstMessage<Answer>(name, child, exited), exited }
}

function firstMessage<Answer>(name: string, child: ChildProcess, exited: Promise<unknown>): Promise<Answer> {
  const failure = exited.then(() => Promise.reject(new Error(`${name} ended without an answer`)))
  const message = once(child, 'message').then(([answer]) => answer as Answer)
  const answer = Promise.race([message, failure])
  answer.catch(() => undefined) // a test that kills its child waits for no answer
  return answer
}
