import type { ServerWritableStream } from '@grpc/grpc-js'
import { Problem } from '@meeshy/shared/problems'

/**
 * Writes an item and waits until the last byte of it has left, so that a subscriber holds one item in memory at most,
 * whatever its size. Fulfilled as well when the subscriber is gone.
 *
 * @throws Problem slow_consumer, when the item has not left after `limitMs`
 */
export function deliver<Item>(
  call: ServerWritableStream<unknown, Item>,
  item: Item,
  { signal, limitMs }: { signal: AbortSignal; limitMs: number },
): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', left)
      finish()
    }
    const left = () => end(resolve)
    const timer = setTimeout(() => end(() => reject(new Problem('slow_consumer'))), limitMs)
    signal.addEventListener('abort', left)
    call.write(item, (error: unknown) => end(() => (error ? reject(error) : resolve())))
  })
}
