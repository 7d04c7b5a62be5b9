import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import type { People } from './presence-people.js'

/** Named in one frame; more would be no news. */
const mostNamed = 10

interface TypingState {
  conversationId: string
  /** The members who have a socket. */
  present: readonly string[]
  isMember(userId: string): boolean
  /** By person, when they count as typing no more. */
  typers: ReadonlyMap<string, number>
  /** Only who may see one of these gets a frame, or else its time would tell of somebody hidden. */
  changed: ReadonlySet<string>
  /** These get one in any case. */
  owed: ReadonlySet<string>
  people: Pick<People, 'mayMeet'>
}

/** What the members are to be told: one frame for all who see the same others typing. */
export function composeTyping(state: TypingState): Array<{ userIds: string[]; frame: ServerFrame }> {
  const { conversationId, present, isMember, typers, changed, owed, people } = state
  const typing = [...typers].filter(([userId]) => isMember(userId))
  const views = new Map<string, { userIds: string[]; frame: ServerFrame }>()
  for (const readerId of present) {
    const isSeen = (userId: string) => userId !== readerId && people.mayMeet(readerId, userId)
    if (!owed.has(readerId) && ![...changed].some(isSeen)) continue
    const seen = typing.filter(([userId]) => isSeen(userId)).slice(0, mostNamed)
    const userIds = seen.map(([userId]) => userId)
    const key = userIds.join()
    const view = views.get(key)
    if (view) view.userIds.push(readerId)
    else views.set(key, { userIds: [readerId], frame: typingFrame(conversationId, seen) })
  }
  return [...views.values()]
}

function typingFrame(conversationId: string, seen: ReadonlyArray<[string, number]>): ServerFrame {
  const endsAt = Math.max(0, ...seen.map(([, time]) => time))
  const data = { userIds: seen.map(([userId]) => userId), expiresInMs: Math.max(0, endsAt - Date.now()) }
  return { type: 'typing', conversationId, data }
}
