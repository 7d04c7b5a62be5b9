/** Everybody who tries every route: four who cannot prove who they are, and what one can be to a room. */
export const personas = [
  'anonymous',
  'bad token',
  'expired',
  'revoked',
  'deactivated',
  'stranger',
  'ex-member',
  'member',
  'blocked',
  'moderator',
  'room admin',
  'owner',
  'guest',
  'admin',
] as const

export type Persona = (typeof personas)[number]

/** Those who are somebody, or were. */
export const people: readonly Persona[] = personas.filter(
  (persona) => persona !== 'anonymous' && persona !== 'bad token',
)

/** What they are in the shared room and group. Whose token does not work is a member, so that only the token is wrong. */
export const roleInShared: Partial<Record<Persona, string>> = {
  expired: 'member',
  revoked: 'member',
  deactivated: 'member',
  member: 'member',
  blocked: 'member',
  guest: 'member',
  moderator: 'moderator',
  'room admin': 'admin',
  owner: 'owner',
}

/** Whose token is refused, whatever they ask for. */
export function isRefused(persona: Persona): boolean {
  return ['anonymous', 'bad token', 'expired', 'revoked', 'deactivated'].includes(persona)
}

/** Whose thing it is: the caller's own, one they share, one of others, one that is gone, one that never was. */
export const objects = ['own', 'shared', "other's", 'deleted', 'missing'] as const

export type ObjectKind = (typeof objects)[number]
