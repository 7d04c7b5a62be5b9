import { setTimeout as sleep } from 'node:timers/promises'
import type { Event__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import type { SubscribeEventsResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/SubscribeEventsResponse'
import type { Context } from '../context.js'
import { FeedProgress } from './feed-progress.js'
import { Pace } from './pace.js'

const firstPauseMs = 100
const longestPauseMs = 1_000
const deliveryAttempts = 3

type FeedContext = Pick<Context, 'database' | 'log' | 'messaging' | 'hub'>

/** Hands one event to the people it is for; the feed waits for it before the next. */
export type Deliver = (event: Event__Output) => Promise<void>

export interface EventFeed {
  /** Stops reading and writes down how far it came. */
  close(): Promise<void>
}

/**
 * Follows the translation service's events for as long as the gateway lives: from the place where the last process
 * stopped, in order, again and again after every break. Every event is tried, some more than once; when one cannot be
 * delivered in three attempts, all clients are sent to come back and resume. What deliveries leave to be done beside the
 * feed is waited for by `settled`, before the place is written down.
 */
export function startEventFeed(context: FeedContext, deliver: Deliver, settled?: () => Promise<void>): EventFeed {
  const closing = new AbortController()
  const progress = new FeedProgress(context, undefined, settled)
  const following = follow(context, progress, deliver, closing.signal)
  return {
    close: async () => {
      closing.abort()
      await following
      await progress.close()
    },
  }
}

async function follow(
  context: FeedContext,
  progress: FeedProgress,
  deliver: Deliver,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  let known = false
  while (!signal.aborted) {
    try {
      if (!known) {
        await progress.read()
        context.messaging.epoch = progress.epoch
        known = true
      }
      for await (const _ of readStream(context, progress, deliver, signal)) failures = 0
    } catch (error) {
      if (failures === 0 && !signal.aborted) context.log.warn('The event feed broke off', describe(error))
    }
    const pauseMs = Math.min(firstPauseMs * 2 ** failures, longestPauseMs) * (0.5 + Math.random() / 2)
    failures += 1
    await sleep(pauseMs, undefined, { signal }).catch(() => {})
  }
}

/** A lost link is an everyday matter and needs no stack. */
function describe(error: unknown): object {
  return error instanceof Error && 'details' in error ? { reason: error.details } : { error }
}

/** Handles one stream until it ends; yields after every batch. */
async function* readStream(
  context: FeedContext,
  progress: FeedProgress,
  deliver: Deliver,
  signal: AbortSignal,
): AsyncGenerator<void> {
  const stream = context.messaging.subscribe(progress.cursor)
  const cancel = () => stream.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  // The loop below sees the error; this one is for the error that a cancelled stream emits after it.
  stream.on('error', () => {})
  try {
    for await (const batch of stream) {
      context.messaging.epoch = batch.epoch
      if (isCut(batch, progress)) {
        // The stream began at the present, and goes on; whatever happened before, the clients have to fetch.
        const { epoch, resyncReason } = batch
        context.log.warn('The event feed could not go on where it stopped', { epoch, reason: resyncReason ?? 'epoch' })
        context.hub.sendAway()
      }
      const pace = new Pace()
      for (const event of batch.events) {
        await deliverSafely(context, deliver, event)
        // A client that could not be written to yet is not slow.
        if (pace.isDue(event)) await context.hub.flusher.flushed()
      }
      await context.hub.flusher.flushed()
      progress.advance(batch)
      yield
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    stream.cancel()
  }
}

/** Whether events may have been missed: the messages are those of another database, or the place is no longer known. */
function isCut({ epoch, resyncReason }: SubscribeEventsResponse__Output, progress: FeedProgress): boolean {
  return resyncReason !== undefined || (progress.epoch !== null && progress.epoch !== epoch)
}

/** An event that cannot be delivered is left to the clients' own fetching, which they are sent away for. */
async function deliverSafely({ log, hub }: FeedContext, deliver: Deliver, event: Event__Output): Promise<void> {
  for (let attempt = 1; attempt <= deliveryAttempts; attempt += 1) {
    try {
      return await deliver(event)
    } catch (error) {
      const { conversationId, eventSeq } = event
      log.error('An event could not be delivered', { error, conversationId, eventSeq, attempt })
      await sleep(firstPauseMs * (attempt - 1))
    }
  }
  hub.sendAway()
}
