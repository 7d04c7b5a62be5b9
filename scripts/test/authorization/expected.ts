import type { Policy } from './calls.js'
import { isRefused, type ObjectKind, type Persona, roleInShared } from './people.js'

/** What a cell answers: any 2xx, or this very status. */
export type Answer = 'ok' | 400 | 401 | 403 | 404 | 409 | 410
type Rule = Answer | ((persona: Persona) => Answer)
/** What comes of each kind of object. `none` is for routes whose path names nothing. */
export type Row = Partial<Record<ObjectKind | 'none', Rule>>

const ranks = ['member', 'moderator', 'admin', 'owner']

/** In what is shared: strangers see nothing, and members may what their role allows. */
function sharedWith(least: string): Rule {
  return (persona) => {
    const role = roleInShared[persona]
    if (!role) return 404
    return ranks.indexOf(role) >= ranks.indexOf(least) ? 'ok' : 403
  }
}

/** Where a token may be absent, but not wrong. */
function byToken(rule: Rule): Rule {
  return (persona) => {
    if (persona !== 'anonymous' && isRefused(persona)) return 401
    return typeof rule === 'function' ? rule(persona) : rule
  }
}

const unlessLeft: Rule = (persona) => (persona === 'ex-member' ? 404 : 'ok')
const onlyAdmin: Rule = (persona) => (persona === 'admin' ? 'ok' : 403)
/** Guests know the people of their room only. */
const unknownToGuests =
  (rule: (persona: Persona) => Answer): Rule =>
  (persona) =>
    persona === 'guest' ? 404 : rule(persona)
const gone: Row = { "other's": 404, deleted: 404, missing: 404 }
const inRoom = (least: string): Row => ({ own: 'ok', shared: sharedWith(least), ...gone })

/** By the policy of a route: `thing: relation`. Whose token is refused and who may not call it at all comes before. */
const byPolicy: Record<string, Row> = {
  none: { none: 'ok' },
  'conversation: member': inRoom('member'),
  'conversation: moderator': inRoom('moderator'),
  'conversation: admin': inRoom('admin'),
  'conversation: owner': inRoom('owner'),
  'group: member': inRoom('member'),
  'group: member or anybody of a public one': inRoom('member'),
  'group: moderator': inRoom('moderator'),
  'group: admin': inRoom('admin'),
  'group: owner': inRoom('owner'),
  'message: reader': { ...inRoom('member'), own: unlessLeft, deleted: sharedWith('member') },
  'message: author': {
    ...gone,
    own: unlessLeft,
    shared: (persona) => (roleInShared[persona] ? 403 : 404),
  },
  'message: author or moderator': {
    ...gone,
    own: unlessLeft,
    shared: sharedWith('moderator'),
    deleted: sharedWith('moderator'),
  },
  'user: anybody': { own: 'ok', shared: 'ok', "other's": 'ok', deleted: 'ok', missing: 404 },
  // A deleted account is still shown behind its messages, and nobody changes it any more.
  'user: self or an administrator': {
    own: 'ok',
    shared: onlyAdmin,
    "other's": unknownToGuests((persona) => (persona === 'admin' ? 'ok' : 403)),
    deleted: unknownToGuests(() => 403),
    missing: 404,
  },
  'user: administrator': { own: 'ok', shared: 'ok', "other's": 'ok', deleted: 403, missing: 404 },
  'session: self': { own: 'ok', ...gone },
  'notification: self': { own: 'ok', ...gone },
  'friendRequest: sender or receiver': { own: 'ok', shared: 'ok', ...gone },
  'friendRequest: receiver': { own: 403, shared: 'ok', ...gone },
  'shareLink: holder': { own: 'ok', shared: 'ok', "other's": 'ok', deleted: 404, missing: 404 },
  'shareLink: moderator': inRoom('moderator'),
}

/** Where a route or a frame says more than its policy. */
const byName: Record<string, Row> = {
  // Leaving is for every member; this one removes somebody else.
  'DELETE /api/conversations/{id}/members/{userId}': { shared: sharedWith('moderator') },
  'DELETE /api/groups/{id}/members/{userId}': { shared: sharedWith('moderator') },
  'POST /api/messages/{id}/translate': { deleted: 404 },
  'DELETE /api/users/{id}': { deleted: unknownToGuests((persona) => (persona === 'admin' ? 404 : 403)) },
  'POST /api/admin/users/{id}/password-reset': { deleted: 404 },
  // Nobody blocks themselves or the deleted; whom one has not blocked one can always unblock.
  'POST /api/users/{id}/block': { own: 400, deleted: 404 },
  'DELETE /api/users/{id}/block': { deleted: 'ok', missing: 'ok' },
  // The receiver says no instead.
  'DELETE /api/friend-requests/{id}': { shared: 403 },
  // Without a token one comes as a guest; a token that does not work is not taken for none.
  'POST /api/share-links/{linkId}/join': {
    own: byToken('ok'),
    shared: byToken('ok'),
    "other's": byToken((persona) => (persona === 'guest' ? 403 : 'ok')),
    deleted: byToken(404),
    missing: byToken(404),
  },
  auth: { none: (persona) => (isRefused(persona) ? 401 : 'ok') },
  'message.translate': { deleted: 404 },
}

/** A route, or a frame. */
interface Deed {
  name: string
  policy: Policy
}

/** The one place that says what every cell of the matrix answers. */
export function expected({ name, policy }: Deed, persona: Persona, object: ObjectKind | 'none'): Answer {
  if (policy.who !== 'anybody') {
    if (isRefused(persona)) return 401
    if (policy.who === 'admin' && persona !== 'admin') return 403
    if (policy.who === 'user' && persona === 'guest') return 403
  }
  const key = object === 'none' ? 'none' : policy.on ? `${policy.on}: ${policy.as}` : 'user: administrator'
  const row: Row = { ...byPolicy[key], ...byName[name] }
  const rule = row[object]
  if (rule === undefined) throw new Error(`${name} (${key}) says nothing of "${object}"`)
  return typeof rule === 'function' ? rule(persona) : rule
}
