import type { PresenceStatus } from '@meeshy/shared/frames/server-frames'

/** In one frame; who has more to learn gets the rest with the next. */
const mostInFrame = 500

/** What one frame tells of these people, and of whom the next has to tell. */
export function composePresence(
  userIds: Iterable<string>,
  statusOf: (userId: string) => PresenceStatus,
): { users: Record<string, PresenceStatus>; rest: string[] } {
  const all = [...userIds]
  const users = Object.fromEntries(all.slice(0, mostInFrame).map((userId) => [userId, statusOf(userId)]))
  return { users, rest: all.slice(mostInFrame) }
}
