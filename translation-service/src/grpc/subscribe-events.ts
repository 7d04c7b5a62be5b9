import type { EventBatch } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/EventBatch'
import type { SubscribeEventsRequest__Output as SubscribeEventsRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/SubscribeEventsRequest'
import type { Context } from '../context.js'

/** Streams the events after a cursor: first what was missed, then live. */
export function subscribeEventsRpc(
  request: SubscribeEventsRequest,
  { feed }: Context,
  signal: AbortSignal,
): AsyncIterable<EventBatch> {
  return feed.subscribe(request.cursor, signal)
}
