import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ask } from '../lib/ask.js'
import { root } from '../lib/paths.js'
import { freePorts } from '../lib/ports.js'
import type { Service } from '../lib/services.js'
import { Supervisor } from '../lib/supervisor.js'
import { temporaryFolder } from './testing/temporary.js'

describe('the supervisor', () => {
  it('gives a service up that ends five times before it is ready', async () => {
    const { supervisor, notices, lines } = await supervise("console.error('wrong setting')\nprocess.exit(1)")
    expect((await supervisor.givenUp).name).toBe('fake')
    expect(lines).toEqual(Array(5).fill('wrong setting'))
    expect(notices.filter((notice) => notice.startsWith('fake ended with code 1'))).toEqual([
      'fake ended with code 1, starting it again in 0.01 s',
      'fake ended with code 1, starting it again in 0.02 s',
      'fake ended with code 1, starting it again in 0.04 s',
      'fake ended with code 1, starting it again in 0.08 s',
      'fake ended with code 1, for the 5th time before it was ready',
    ])
  })

  it('kills a service that does not end when somebody is in a hurry', async () => {
    const { supervisor, service, notices } = await supervise(
      `${readyServer}\nprocess.on('SIGTERM', () => console.log('no'))`,
    )
    await supervisor.ready
    await supervisor.stop(AbortSignal.abort())
    expect(notices.at(-1)).toBe('fake does not end, it is killed')
    expect(await ask(`${service.url}/readyz`)).toBeNull()
  })

  it('ends what a service left running', async () => {
    // The child keeps the service's port open after the service itself was killed.
    const { supervisor, service } = await supervise(`
      import { fork } from 'node:child_process'
      if (process.argv[2] !== 'child') fork(new URL(import.meta.url), ['child'])
      else { ${readyServer} }
    `)
    await supervisor.ready
    await supervisor.stop()
    expect(await ask(`${service.url}/readyz`)).toBeNull()
  })
})

const readyServer =
  "process.getBuiltinModule('http').createServer((_, answer) => answer.end()).listen(process.env.PORT)"

/** Supervises a service of this source text. */
async function supervise(source: string) {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'src'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'src/server.ts'), source)
  const [port] = await freePorts(1)
  const service: Service = { name: 'fake', color: 'cyan', folder, url: `http://127.0.0.1:${port}` }
  const lines: string[] = []
  const notices: string[] = []
  const supervisor = new Supervisor([service], {
    environment: { ...process.env, PORT: String(port) },
    line: (_, text) => lines.push(text),
    notice: (text) => notices.push(text),
    firstBackoffMs: 10,
  })
  onTestFinished(() => supervisor.stop(AbortSignal.abort()))
  supervisor.start()
  return { supervisor, service, lines, notices }
}
