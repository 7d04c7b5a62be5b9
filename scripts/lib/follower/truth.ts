import { isDeepStrictEqual } from 'node:util'
import { openConnection } from '@meeshy/shared/database/connection'
import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import type { FollowedRoom } from './followed-room.js'
import type { PersonalRest } from './rest.js'

/** What differs between a conversation as its member built it and as the gateway tells it now; empty when nothing. */
export async function differences(room: FollowedRoom, rest: PersonalRest): Promise<string[]> {
  const history = await rest.history(room.id)
  const told = history.map(essence)
  const built = [...room.messages.values()].sort((a, b) => a.seq - b.seq).map(essence)
  const found = told.flatMap((message, index) => {
    const own = built[index]
    return isDeepStrictEqual(own, message) ? [] : [`is ${JSON.stringify(own)}, should be ${JSON.stringify(message)}`]
  })
  if (built.length > told.length) found.push(`has ${built.length - told.length} messages that are not there`)
  return found
}

/** What must be the same; when a message was deleted no event says, and a translation that is not made is not one. */
export function essence({ translations, deletedAt, ...message }: ClientMessage) {
  return { ...message, isDeleted: deletedAt !== null }
}

/** Numbers of the events that every member gets, and that this one has not applied, or not in order. */
export async function missedEvents(file: string, room: FollowedRoom): Promise<number[]> {
  const database = await openConnection(file)
  try {
    const rows = database
      .prepare(`SELECT eventSeq FROM MessageEvent
        WHERE conversationId = ? AND type IN ('new', 'edited', 'deleted') ORDER BY eventSeq`)
      .pluck()
      .all(room.id) as number[]
    const applied = new Set(room.applied.map(({ eventSeq }) => eventSeq))
    return rows.filter((eventSeq) => !applied.has(eventSeq))
  } finally {
    database.close()
  }
}
