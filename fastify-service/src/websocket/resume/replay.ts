import { setTimeout as sleep } from 'node:timers/promises'
import type { EventFrame } from '@meeshy/shared/frames/event-frames'
import type { ResumedData } from '@meeshy/shared/frames/server-frames'
import type { GetConversationEventsResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationEventsResponse'
import { isPassing } from '@meeshy/shared/messaging/problem-status'
import { Problem } from '@meeshy/shared/problems'
import type { Reader } from '@meeshy/shared/reader-view'
import type { Connection } from '../connection.js'
import { composer } from '../delivery/compose.js'
import type { Sockets } from '../sockets.js'

/** How long to wait before messages are asked for again that were not available. */
const retryMs = 500
const charactersPerPiece = 32 * 1024

const notFound = 'not_found'

/** What a client has seen, as its `resume` tells. */
export interface Seen {
  userId: string
  epoch: string
  /** The number of the last event, by conversation. */
  conversations: ReadonlyMap<string, number>
}

/**
 * Sends a client what it has missed, a page at a time and each when the last one was taken, or tells it to fetch a
 * conversation anew. Live events of these conversations are held back until then. While messages are not available it
 * waits for them.
 */
export async function replay(sockets: Sockets, connection: Connection, seen: Seen): Promise<void> {
  const { messaging } = sockets.context
  const { catchUp } = connection
  const ids = [...seen.conversations.keys()]
  await connection.empty()
  if (messaging.epoch !== seen.epoch) return finishAll(connection, ids, { resync: true, reason: 'epoch' })
  const ends = await whenAvailable(connection, () => messaging.lastEvents(seen.userId, ids))
  if (!ends) return
  const isUnchanged = (id: string) => {
    const last = seen.conversations.get(id) ?? 0
    // Who left meanwhile, and may be back, has seen live events that they ignore until they are told how it ends.
    return ends.get(id) === last && catchUp.has(id) && !catchUp.isBehind(id, last)
  }
  const unchanged = ids.filter(isUnchanged)
  if (unchanged.length > 0) finishAll(connection, unchanged, { events: [], more: false })
  for (const id of ids.filter((one) => !unchanged.includes(one))) {
    await replayConversation(sockets, connection, { id, userId: seen.userId, after: seen.conversations.get(id) ?? 0 })
  }
}

type Missed = { id: string; userId: string; after: number }

async function replayConversation(sockets: Sockets, connection: Connection, { id, userId, after }: Missed) {
  const { rooms } = sockets.context
  while (connection.open) {
    await connection.empty()
    const page = await readPage(sockets, connection, { id, userId, after })
    const reader = await rooms.reader(id, userId)
    if (!page || !connection.open) return
    // Who left meanwhile gets nothing more, though they may be back already.
    if (!reader || !connection.catchUp.has(id) || page === notFound) {
      return finishAll(connection, [id], { resync: true, reason: 'not_found' })
    }
    if (page.resyncReason !== undefined) {
      const { resyncReason: reason, lastEventSeq } = page
      return finishAll(connection, [id], { resync: true, reason, lastEventSeq })
    }
    after = page.lastEventSeq
    const more = page.hasMore || connection.catchUp.isBehind(id, after)
    const pieces = inPieces(present(page, reader))
    const last = pieces.pop() ?? []
    for (const events of pieces) send(connection, { [id]: { events, more: true } })
    if (!more) return finishAll(connection, [id], { events: last, more })
    send(connection, { [id]: { events: last, more } })
  }
}

/** A page of what is after an event; null when the client has gone. */
function readPage({ context }: Sockets, connection: Connection, { id, userId, after }: Missed) {
  return whenAvailable(connection, async () => {
    try {
      return await context.replays.run(() => context.messaging.events({ conversationId: id, userId, after }))
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'not_found') throw error
      return notFound
    }
  })
}

function present({ events }: GetConversationEventsResponse__Output, reader: Reader): EventFrame[] {
  return events.flatMap((event) => (event.message && composer(event, event.message)(reader)) ?? [])
}

/** So small that a slow client gets on with each of them. */
function inPieces(events: EventFrame[]): EventFrame[][] {
  const pieces: EventFrame[][] = []
  let characters = Number.POSITIVE_INFINITY
  for (const event of events) {
    const length = charactersOf(event)
    if (characters + length > charactersPerPiece) {
      pieces.push([])
      characters = 0
    }
    characters += length
    pieces.at(-1)?.push(event)
  }
  return pieces
}

function charactersOf({ data }: EventFrame): number {
  if ('content' in data) return (data.content?.length ?? 0) + (data.display?.text.length ?? 0)
  return 'text' in data ? data.text.length : 0
}

/** Tells how these conversations end, and lets their live events through from here on. */
function finishAll(connection: Connection, ids: string[], outcome: ResumedData['conversations'][string]): void {
  send(connection, Object.fromEntries(ids.map((id) => [id, outcome])))
  for (const id of ids) connection.catchUp.end(id)
}

function send(connection: Connection, conversations: ResumedData['conversations']): void {
  connection.answer({ type: 'resumed', data: { conversations } }, { exempt: true })
}

/** Asks until there is an answer; null when the client has gone. */
async function whenAvailable<Answer>(connection: Connection, ask: () => Promise<Answer>): Promise<Answer | null> {
  while (connection.open) {
    try {
      return await ask()
    } catch (error) {
      if (!isPassing(error)) throw error
      await sleep(retryMs * (0.5 + Math.random()), undefined, { ref: false })
    }
  }
  return null
}
