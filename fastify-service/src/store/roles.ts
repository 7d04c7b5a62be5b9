import { Problem } from '@meeshy/shared/problems'

/** From the one who may do everything to the one who may take part. They are the same in conversations and groups. */
export const roles = ['owner', 'admin', 'moderator', 'member'] as const

export type Role = (typeof roles)[number]

/** A role of another version counts as the least. */
export function toRole(role: string): Role {
  return roles.find((one) => one === role) ?? 'member'
}

/** @throws Problem forbidden for whoever has less than this role */
export function requireAtLeast(least: Role, role: Role): void {
  if (outranks(least, role)) throw new Problem('forbidden', `Only ${namesFrom(least)} may do this.`)
}

/**
 * Nobody gives, takes or removes a role that is not below their own; an owner may, so that a thing can be handed over.
 *
 * @throws Problem forbidden
 */
export function requireRule(actor: Role, ...others: Role[]): void {
  const mayRule = actor === 'owner' || others.every((other) => outranks(actor, other))
  if (!mayRule) throw new Problem('forbidden')
}

/**
 * The rule of who gives whom a role: `requireRule`, but that everybody who may give one may step down.
 *
 * @throws Problem forbidden
 */
export function requireRoleChange(change: { actor: Role; target: Role; role: Role; isMe: boolean }): void {
  const { actor, target, role, isMe } = change
  const stepsDown = isMe && !outranks(role, actor)
  if (!stepsDown) requireRule(actor, target, role)
}

function outranks(one: Role, other: Role): boolean {
  return roles.indexOf(one) < roles.indexOf(other)
}

/** "owners, admins" for "admin". */
function namesFrom(least: Role): string {
  return roles
    .slice(0, roles.indexOf(least) + 1)
    .map((role) => `${role}s`)
    .join(', ')
}
