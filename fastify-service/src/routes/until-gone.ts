import type { ServerResponse } from 'node:http'

/** Aborts when nobody waits for the answer any more. The request itself closes as soon as its body is read. */
export function untilGone(response: ServerResponse): AbortSignal {
  if (response.closed) return AbortSignal.abort()
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}
