import type { EventEmitter } from 'node:events'

/** What an rpc may know of its call beside the request. */
export interface Call {
  /** Aborts when the caller cancels, goes away, or lets the deadline pass. */
  signal: AbortSignal
}

export interface Caller extends Call {
  /** To be called when the call is answered: what happens to it after that is its end and no cancellation. */
  release(): void
}

/** Watches for the caller's leaving while a call is worked on. */
export function watchCaller(call: EventEmitter & { cancelled: boolean }): Caller {
  const gone = new AbortController()
  const abort = () => gone.abort()
  call.once('cancelled', abort)
  if (call.cancelled) abort()
  return { signal: gone.signal, release: () => call.off('cancelled', abort) }
}
