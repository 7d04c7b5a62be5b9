import { Problem } from '@meeshy/shared/problems'

/** `guest` lets in everybody who is signed in, `user` those who have an account, `admin` those who run the place. */
export type Who = 'anybody' | 'guest' | 'user' | 'admin'

/** What a caller must be, at least, to the thing that a path names. */
interface Relations {
  conversation: 'member' | 'moderator' | 'admin' | 'owner'
  message: 'reader' | 'author' | 'author or moderator'
  user: 'anybody' | 'self' | 'self or an administrator'
  session: 'self'
  group: 'member or anybody of a public one' | 'member' | 'moderator' | 'admin' | 'owner'
  friendRequest: 'sender or receiver' | 'receiver'
  shareLink: 'holder' | 'moderator'
  notification: 'self'
}

/**
 * Who may call a route, and what they must be to its thing. The first half is enforced here, before the body is read;
 * the second where the thing is read, in the transaction that changes it.
 */
export type Policy =
  | { who: Who; on?: undefined }
  | { [Thing in keyof Relations]: { who: Who; on: Thing; as: Relations[Thing] } }[keyof Relations]

/** @throws Problem forbidden when somebody of this role may not call such a route */
export function requireRoleFor({ who }: Policy, role: string): void {
  if (who === 'admin' && role !== 'ADMIN') throw new Problem('forbidden', 'This is for administrators.')
  if (who === 'user' && role === 'GUEST') throw new Problem('forbidden', 'Guests may not do this. Make an account.')
}

/** The policy in words, for the documentation of a route. */
export function describePolicy(policy: Policy): string {
  const people = {
    anybody: 'anybody',
    guest: 'whoever is signed in, guests too',
    user: 'users',
    admin: 'administrators',
  }
  const thing = policy.on?.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  const relation = policy.on && policy.as !== 'anybody' ? `; to the ${thing}: ${policy.as}` : ''
  return `For ${people[policy.who]}${relation}.`
}
