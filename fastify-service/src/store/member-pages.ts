import { type PublicUser, publicColumns } from './accounts/users.js'

/** What is asked of a list of members, in conversations and groups alike. */
export interface MemberPage {
  limit: number
  /** Where the page before ended. */
  after?: Position
}

interface Position {
  joinedAt: Date
  userId: string
}

export const memberColumns = { role: true, joinedAt: true, user: { select: publicColumns } } as const

const ascending = 'asc' as const

export const inOrderOfJoining = [{ joinedAt: ascending }, { userId: ascending }]

export function joinedAfter({ joinedAt, userId }: Position) {
  return { OR: [{ joinedAt: { gt: joinedAt } }, { joinedAt, userId: { gt: userId } }] }
}

/** Somebody in a conversation or a group, as the others see them. */
export type ListedMember = ReturnType<typeof toMember>

export function toMember({ user, role, joinedAt }: { user: PublicUser; role: string; joinedAt: Date }) {
  return { user, role, joinedAt: joinedAt.toISOString() }
}
