import { newId } from '@meeshy/shared/ids'
import { request } from '../../lib/rest-client.js'
import type { ObjectKind, Persona } from './people.js'
import { idOf } from './things.js'
import type { World } from './world.js'

/** Who may do it, as the descriptions of REST and of the socket say. */
export interface Policy {
  who: string
  on?: string
  as?: string
}

/** An operation of the API, as its description tells of it. */
export interface Operation {
  method: string
  path: string
  policy: Policy
  example: unknown
}

export interface Cell {
  world: World
  persona: Persona
  object: ObjectKind | 'none'
  /** What the path names. */
  id: string | null
}

export interface Answered {
  status: number
  /** The body and the headers that may not tell whether a thing exists; what every answer has of its own is left out. */
  bytes: string
}

/** Routes whose thing is named in the query or the body. */
export const namedElsewhere: Record<string, 'conversation'> = {
  'POST /api/share-links': 'conversation',
  'GET /api/share-links': 'conversation',
}

type Body = (cell: Cell) => unknown

/** Bodies that name somebody or something of this world; all others are the examples of the API's description. */
const bodies: Record<string, Body> = {
  'POST /api/auth/register': () => {
    const username = `n${newId().replaceAll('-', '').slice(-20)}`
    return { username, email: `${username}@example.org`, password: 'a lamp under the stairs' }
  },
  'POST /api/auth/login': ({ world }) => ({ login: world.username('target'), password: world.source.password }),
  'POST /api/auth/refresh': async ({ world }) => ({ refreshToken: (await signIn(world)).refreshToken }),
  'POST /api/auth/password-reset': async ({ world }) => {
    const path = `/api/admin/users/${world.userId('target')}/password-reset`
    const { gatewayUrl } = world.source
    const made = await request<{ token: string }>(gatewayUrl, 'POST', path, { token: world.soundToken('admin') })
    return { token: made.token, newPassword: 'a lamp under the stairs' }
  },
  'PUT /api/users/me/password': ({ world }) => ({
    currentPassword: world.source.password,
    newPassword: 'a lamp under the stairs',
  }),
  'POST /api/conversations': ({ world }) => ({ type: 'group', title: 'New', memberIds: [world.userId('asker')] }),
  'POST /api/conversations/{id}/members': ({ world }) => ({ userId: world.userId('asker') }),
  'PUT /api/conversations/{id}/members/{userId}': () => ({ role: 'member' }),
  'PUT /api/groups/{id}/members/{userId}': () => ({ role: 'member' }),
  'POST /api/groups/{id}/members': () => ({}),
  'POST /api/friend-requests': ({ world }) => ({ receiverId: world.userId('second outsider') }),
  'PATCH /api/friend-requests/{id}': () => ({ status: 'rejected' }),
  'POST /api/share-links': ({ id }) => ({ conversationId: id }),
  'PUT /api/share-links/{linkId}': () => ({ name: 'Another name' }),
  'POST /api/share-links/{linkId}/join': ({ persona }) =>
    persona === 'anonymous' ? { displayName: 'Somebody', language: 'en' } : {},
  'PUT /api/admin/users/{id}/role': () => ({ role: 'USER' }),
  'PUT /api/admin/users/{id}/status': () => ({ status: 'active' }),
}

const queries: Record<string, (cell: Cell) => string> = {
  'GET /api/users': () => '?search=a',
  'GET /api/share-links': ({ id }) => `?conversationId=${id}`,
}

function signIn(world: World): Promise<{ refreshToken: string }> {
  const body = { login: world.username('target'), password: world.source.password }
  return request(world.source.gatewayUrl, 'POST', '/api/auth/login', { body })
}

export function nameOf({ method, path }: Operation): string {
  return `${method} ${path}`
}

/** The thing of this cell; null when the route names one that this persona cannot have. */
export async function thingFor(operation: Operation, world: World, persona: Persona, object: ObjectKind) {
  const thing = operation.policy.on ?? namedElsewhere[nameOf(operation)] ?? 'user'
  return idOf(world, thing as Parameters<typeof idOf>[1], persona, object)
}

/** Asks through the front door. */
export async function ask(operation: Operation, cell: Cell): Promise<Answered> {
  const { world, persona, id } = cell
  const name = nameOf(operation)
  const path = operation.path.replace('{userId}', world.userId('target')).replace(/\{\w+\}/, id ?? '')
  const body = bodies[name] ? await bodies[name](cell) : operation.example
  const token = world.token(persona)
  const response = await fetch(`${world.source.gatewayUrl}${path}${queries[name]?.(cell) ?? ''}`, {
    method: operation.method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = (await response.text()).replace(/"requestId":"[^"]*",?/, '')
  return { status: response.status, bytes: `${telling(response.headers)}\n${text}` }
}

/** Headers without the time, the request's id and what is counted down. */
function telling(headers: Headers): string {
  const own = /^(date|x-request-id|ratelimit.*|x-ratelimit.*|content-length)$/
  return JSON.stringify([...headers].filter(([name]) => !own.test(name)))
}
