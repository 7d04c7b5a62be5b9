import { encode, type Outgoing } from '../delivery/outgoing.js'

/** A queued frame without what it says of the presence and the typing of these people; null when nothing is left. */
export function withoutPeople(outgoing: Outgoing, hidden: ReadonlySet<string>): Outgoing | null {
  const { frame } = outgoing
  if (frame.type === 'presence') {
    const all = Object.entries(frame.data.users)
    const kept = all.filter(([userId]) => !hidden.has(userId))
    if (kept.length === all.length) return outgoing
    return kept.length === 0 ? null : encode({ ...frame, data: { users: Object.fromEntries(kept) } })
  }
  if (frame.type !== 'typing' || !frame.data.userIds.some((userId) => hidden.has(userId))) return outgoing
  const userIds = frame.data.userIds.filter((userId) => !hidden.has(userId))
  return encode({ ...frame, data: { ...frame.data, userIds } })
}
