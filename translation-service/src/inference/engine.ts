/**
 * The engine: a process of its own, because the runtime computes on the JavaScript thread, and because a process can be
 * killed, restarted and measured. It is started by EngineProcess and speaks engine-protocol.
 */
import { constants, setPriority } from 'node:os'
import type { Failure, FromEngine, ToEngine } from './engine-protocol.js'
import { NllbTranslator } from './nllb.js'
import { type Translator, TranslatorError } from './translator.js'

// Messages come first: on a busy machine the engine takes what they leave.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

let translator: Translator | undefined
const running = new Map<number, AbortController>()

process.on('message', (message: ToEngine) => {
  if (message.type === 'load') void load(message)
  else if (message.type === 'translate') void translate(message)
  else running.get(message.id)?.abort()
})
// The parent decides when the engine ends. A Ctrl-C reaches both at once, and the parent still has work to finish.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => process.exit(0))

async function load({ modelPath, threads }: Extract<ToEngine, { type: 'load' }>): Promise<void> {
  const started = performance.now()
  translator = new NllbTranslator({ modelPath, threads })
  try {
    await translator.initialize()
    say({ type: 'loaded', loadMs: performance.now() - started, memoryBytes: memoryBytes() })
  } catch (error) {
    say({ type: 'load_failed', failure: failureOf(error) })
  }
}

async function translate({ id, ...request }: Extract<ToEngine, { type: 'translate' }>): Promise<void> {
  const controller = new AbortController()
  running.set(id, controller)
  try {
    if (translator === undefined) throw new TranslatorError('model_failed', 'the engine was asked before it was loaded')
    const outputs = await translator.translate({ ...request, signal: controller.signal })
    say({ type: 'translated', id, outputs, memoryBytes: memoryBytes() })
  } catch (error) {
    say({ type: 'refused', id, failure: failureOf(error), memoryBytes: memoryBytes() })
  } finally {
    running.delete(id)
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof TranslatorError)) {
    return { reason: 'model_failed', message: 'the engine failed', detail: String(error) }
  }
  const { reason, message, cause } = error
  return { reason, message, detail: cause === undefined ? null : String(cause) }
}

function say(message: FromEngine): void {
  // A parent that is gone needs no answer; `disconnect` ends this process.
  process.send?.(message, undefined, undefined, () => {})
}

function memoryBytes(): number {
  return process.memoryUsage.rss()
}
