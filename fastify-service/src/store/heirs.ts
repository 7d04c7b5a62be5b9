import type { Prisma } from '@meeshy/shared/generated/prisma/client'
import { type Role, roles } from './roles.js'

/** A kind of members to look for. */
export interface Kind {
  role: Role
  user: Prisma.UserWhereInput
}

/**
 * Who is to own a thing whose owner has left, in this order: the longest-standing member of the highest role. People who
 * are deactivated come after all others; guests own nothing.
 */
export const heirKinds: readonly Kind[] = [null, { not: null }].flatMap((deactivatedAt) =>
  roles.map((role) => ({ role, user: { deactivatedAt, role: { not: 'GUEST' } } })),
)
