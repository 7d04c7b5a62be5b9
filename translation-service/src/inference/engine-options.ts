import { defaultExecArgv } from './engine-process.js'
import type { Translator } from './translator.js'

export interface EngineClientOptions {
  modelPath: string
  /** What `stampModelFiles` said when the model was described; with other files it fails. Default: not compared. */
  modelStamp?: string
  /** Threads of one step. Default 1. */
  threads?: number
  /** Requests that may wait for an answer; over it they are rejected with `overloaded`. Default 256. */
  pendingLimit?: number
  /** After this long a request is rejected with `timed_out` and the engine told to drop it. Default 30,000. */
  deadlineMs?: number
  /** An engine that says nothing for this long after a deadline has passed is killed. Default 15,000. */
  hangMs?: number
  /** An engine that has not opened its model by then is killed. Default 120,000. */
  loadLimitMs?: number
  /** Node's flags for the engine. Default: those of this process, and tsx when this module runs from source. */
  execArgv?: readonly string[]
  /** Called with what the log should know. No text of any message is ever in the fields. */
  onEvent?: (event: EngineEvent, fields: Readonly<Record<string, unknown>>) => void
}

export type EngineEvent =
  | 'engine_started'
  | 'engine_loaded'
  | 'engine_load_failed'
  | 'engine_killed'
  | 'engine_exited'
  | 'translation_refused'

export interface EngineStatus {
  /** absent: no model files at the start. present: loaded on the next request. failed: see `reason`. */
  state: 'absent' | 'present' | 'loading' | 'ready' | 'failed'
  reason?: string
  /** Memory of the engine's process as of its last answer; null when it does not run. */
  memoryBytes: number | null
  lastUsedAt: string | null
  /** Requests that the engine still owes an answer, those included that nobody waits for any more. */
  pending: number
  /** How often the engine has been started again after it ended by itself or was killed. */
  restarts: number
}

/** A translator that can say how it is. */
export interface Engine extends Translator {
  status(): EngineStatus
}

export type EngineOptions = ReturnType<typeof withDefaults>

export function withDefaults(options: EngineClientOptions) {
  return {
    threads: 1,
    pendingLimit: 256,
    deadlineMs: 30_000,
    hangMs: 15_000,
    loadLimitMs: 120_000,
    execArgv: defaultExecArgv(),
    ...options,
  }
}
