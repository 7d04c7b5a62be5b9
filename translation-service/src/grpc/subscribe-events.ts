import type { SubscribeEventsRequest__Output as SubscribeEventsRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/SubscribeEventsRequest'
import type { SubscribeEventsResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/SubscribeEventsResponse'
import type { Context } from '../context.js'

/** Streams the events after a cursor: first what was missed, then live. */
export function subscribeEventsRpc(
  request: SubscribeEventsRequest,
  { feed }: Context,
  signal: AbortSignal,
): AsyncIterable<SubscribeEventsResponse> {
  return feed.subscribe(request.cursor, signal)
}
