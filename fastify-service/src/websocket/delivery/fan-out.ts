import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Event__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import { wantedLanguage } from '@meeshy/shared/reader-view'
import type { Context } from '../../context.js'
import type { Connection } from '../connection.js'
import { composer } from './compose.js'
import { encode, type Outgoing } from './outgoing.js'
import { Slices } from './slices.js'
import { withoutText } from './take-back.js'

/** Hands a message event to the members it is for, on every device of theirs that is connected here. */
export async function fanOut({ rooms, hub }: Pick<Context, 'rooms' | 'hub'>, event: Event__Output): Promise<void> {
  const { message, conversationId, eventSeq } = event
  if (!message) return
  const frameFor = composer(event, message)
  // Everybody who wants the same language gets the same bytes, made once; null for those the event is not for.
  const variants = new Map<string | null, Outgoing | null>()
  const slices = new Slices()
  const room = await rooms.read(conversationId)
  let members = room
  for (const [userId, before] of room) {
    if (slices.isOver()) {
      await nextTurn()
      slices.restart()
      members = await rooms.read(conversationId)
    }
    const connections = hub.connectionsOf(userId)
    // Who has left meanwhile gets nothing more.
    const reader = members === room ? before : members.get(userId)
    if (connections.size === 0 || !reader) continue
    const wanted = wantedLanguage(reader, message.originalLanguage)
    let outgoing = variants.get(wanted)
    if (outgoing === undefined) {
      const frame = frameFor(reader)
      outgoing = frame && encode(frame)
      variants.set(wanted, outgoing)
    }
    if (!outgoing) continue
    for (const connection of connections) {
      if (event.type === 'deleted') takeBack(connection, message.id, message.deletedAt)
      connection.deliver(outgoing, conversationId, eventSeq)
    }
  }
}

/** What still waits for a slow client of a message that is gone goes without its text. */
function takeBack(connection: Connection, messageId: string, deletedAt: string | undefined): void {
  connection.revise((outgoing) => withoutText(outgoing, messageId, deletedAt ?? new Date().toISOString()))
}
