import { languages } from '@meeshy/shared/languages'
import type { TestGateway } from '../support.js'
import { password } from '../support.js'
import type { Known } from './arbitrary.js'

/** Who calls. Everybody but the last two has a token that works. */
export const people = ['owner', 'moderator', 'member', 'stranger', 'admin', 'guest'] as const
export const callers = [...people, 'owner', 'owner', 'member', 'admin', 'nobody', 'forger'] as const
export type PersonName = (typeof people)[number]
export type Caller = (typeof callers)[number]

interface Someone {
  id: string
  username: string
  token: string
}

/** Which things the ids of a name are the ids of: that of a field, or the segment before a path parameter. */
const thingsByName: Array<[RegExp, string]> = [
  [/^(user|member|receiver|sender|friend|owner|peer|actor|createdBy)Id$/, 'users'],
  [/^conversationId$/, 'conversations'],
  [/^(message|replyTo)Id$/, 'messages'],
  [/^groupId$/, 'groups'],
  [/^(link|shareLink)Id$/, 'share-links'],
  [/^(request|friendRequest)Id$/, 'friend-requests'],
]

/** Fields that hold other people's values under another name. */
const otherNames: Record<string, string> = { login: 'username', search: 'username', cursor: 'nextCursor' }
const passwords = ['password', 'currentPassword']
const languageNames = /([lL]anguage|^target|^source|^languageOverride)$/
const remembered = ['token', 'username', 'email', 'nextCursor', 'refreshToken', 'clientMessageId']

export function isKnown(name: string): boolean {
  if (languageNames.test(name)) return true
  return remembered.includes(otherNames[name] ?? name) || passwords.includes(name) || thingOf(name) !== undefined
}

function thingOf(name: string): string | undefined {
  return thingsByName.find(([form]) => form.test(name))?.[1]
}

/** The name under which the things of a path parameter are kept. */
export function nameOfParameter(path: string, name: string): string {
  return thingOf(name) ?? path.split(`/{${name}}`, 1)[0]?.split('/').at(-1) ?? name
}

const keptPerName = 40

/**
 * The people and things that the fuzz is about. It learns ids from answers, and puts right what a request destroyed,
 * so that the next ones still mean something.
 */
export class World {
  readonly #people = new Map<PersonName, Someone>()
  readonly #things = new Map<string, string[]>()
  #room = ''
  #made = 0

  constructor(readonly gateway: TestGateway) {}

  tokenOf(caller: Caller): string | null {
    if (caller === 'nobody') return null
    if (caller === 'forger') return 'eyJhbGciOiJub25lIn0.e30.'
    return this.#people.get(caller)?.token ?? null
  }

  readonly find = ({ name, pick }: Known): string => {
    if (passwords.includes(name)) return password
    if (languageNames.test(name)) return languages[pick % languages.length] ?? 'en'
    const kept = this.#things.get(thingOf(name) ?? otherNames[name] ?? name) ?? this.#things.get('anything') ?? []
    // Mostly the latest: what is older may be gone.
    return kept.at(pick % 2 === 0 ? -1 - (pick % 4) : pick % kept.length) ?? kept.at(-1) ?? 'nothing'
  }

  /** Keeps the ids and words of an answer. `path` says what its own `id` is the id of. */
  learn(path: string, body: unknown): void {
    const segments = path.split('/').filter((segment) => segment !== '' && !segment.startsWith('{'))
    this.#learn(body, segments.findLast((segment) => segment.endsWith('s')) ?? 'anything')
  }

  /** Everybody has a token that works, the room is there with all who belong into it, and so is what a path is about. */
  async repair(path: string): Promise<void> {
    for (const name of people) await this.#ensurePerson(name)
    await this.#ensureRoom()
    await this.gateway.context.database.block.deleteMany({})
    for (const [segment, make] of Object.entries(this.#makers)) if (path.includes(segment)) await make()
  }

  /** How to make things of a kind; what they are is learnt from the answers. */
  readonly #makers: Record<string, () => Promise<void>> = {
    groups: async () => {
      const { id } = await this.#make('owner', 'POST', '/api/groups', { name: 'Group', isPublic: true })
      const userId = this.#person('member').id
      await this.#make('owner', 'POST', `/api/groups/${id}/members`, { userId })
    },
    'friend-requests': () => this.#askFriends(),
    notifications: async () => {
      await this.#askFriends()
      for (const name of ['owner', 'member'] as const) await this.#make(name, 'GET', '/api/notifications')
    },
    'share-links': async () => {
      await this.#make('owner', 'POST', '/api/share-links', { conversationId: this.#room, allowGuests: true })
    },
    sessions: async () => {
      await this.#signIn(this.#person('owner'))
      for (const name of people) await this.#make(name, 'GET', '/api/auth/sessions')
    },
    messages: async () => {
      const { body } = await this.#ask('POST', `/api/conversations/${this.#room}/messages`, this.#person('owner'), {
        content: 'Hi',
      })
      this.learn('/api/messages', body)
    },
    'password-reset': async () => {
      await this.#make('admin', 'POST', `/api/admin/users/${this.#person('stranger').id}/password-reset`)
    },
  }

  async #askFriends(): Promise<void> {
    await this.gateway.context.database.friendRequest.deleteMany({})
    await this.#make('owner', 'POST', '/api/friend-requests', { receiverId: this.#person('member').id })
    await this.#make('stranger', 'POST', '/api/friend-requests', { receiverId: this.#person('owner').id })
  }

  async #make(name: PersonName, method: string, path: string, body?: object): Promise<{ id?: string }> {
    const answer = await this.#ask(method, path, this.#person(name), body)
    if (answer.status < 300) this.learn(path, answer.body)
    return answer.body as { id?: string }
  }

  #learn(value: unknown, thing: string): void {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === 'string') {
        const name = key === 'id' ? thing : (thingOf(key) ?? (remembered.includes(key) ? key : undefined))
        if (name) this.#keep(name, inner)
        if (name && /[iI]d$/.test(key)) this.#keep('anything', inner)
      } else
        this.#learn(
          inner,
          /^(user|peer|sender|receiver|actor)$/.test(key) ? 'users' : key === 'lastMessage' ? 'messages' : thing,
        )
    }
  }

  #keep(name: string, value: string): void {
    const kept = this.#things.get(name) ?? []
    this.#things.set(name, kept)
    if (kept.includes(value)) return
    kept.push(value)
    if (kept.length > keptPerName) kept.splice(Math.floor(keptPerName / 4), 1)
  }

  async #ensurePerson(name: PersonName): Promise<void> {
    const someone = this.#people.get(name)
    const works = someone && (await this.#ask('GET', '/api/auth/verify', someone)).status === 200
    if (!works) this.#people.set(name, (someone && (await this.#signIn(someone))) ?? (await this.#register(name)))
    const { id } = this.#person(name)
    const role = name === 'admin' ? 'ADMIN' : name === 'guest' ? 'GUEST' : 'USER'
    await this.gateway.context.database.user.updateMany({ where: { id, role: { not: role } }, data: { role } })
  }

  async #signIn({ username }: Someone): Promise<Someone | undefined> {
    const answer = await this.gateway.call('POST', '/api/auth/login', { body: { login: username, password } })
    return answer.status === 200 ? this.#toSomeone(answer.body) : undefined
  }

  async #register(name: PersonName): Promise<Someone> {
    this.#made += 1
    return this.#toSomeone(await this.gateway.register(`${name}${this.#made}`))
  }

  #toSomeone(body: unknown): Someone {
    const { user, accessToken } = body as { user: { id: string; username: string }; accessToken: string }
    this.learn('/users', body)
    return { id: user.id, username: user.username, token: accessToken }
  }

  #person(name: PersonName): Someone {
    const someone = this.#people.get(name)
    if (!someone) throw new Error(`there is no ${name}`)
    return someone
  }

  async #ensureRoom(): Promise<void> {
    const { database } = this.gateway.context
    const roles = { owner: 'owner', moderator: 'moderator', member: 'member', guest: 'member' } as const
    const isThere = this.#room && (await database.conversation.findUnique({ where: { id: this.#room } }))
    if (!isThere) await this.#openRoom()
    const conversationId = this.#room
    for (const [name, role] of Object.entries(roles)) {
      const { id: userId } = this.#person(name as PersonName)
      const where = { conversationId_userId: { conversationId, userId } }
      await database.conversationMember.upsert({ where, create: { conversationId, userId, role }, update: { role } })
      this.gateway.context.rooms.forget(conversationId)
    }
  }

  async #openRoom(): Promise<void> {
    const owner = this.#person('owner')
    const memberIds = [this.#person('moderator').id, this.#person('member').id]
    const { body } = await this.#ask('POST', '/api/conversations', owner, { type: 'group', title: 'Room', memberIds })
    this.learn('/api/conversations', body)
    this.#room = (body as { id: string }).id
    const { id } = this.#person('member')
    await this.#ask('POST', '/api/conversations', owner, { type: 'direct', memberIds: [id] })
    for (const name of ['owner', 'member', 'owner'] as const) {
      const sent = await this.#ask('POST', `/api/conversations/${this.#room}/messages`, this.#person(name), {
        content: 'Hi',
      })
      this.learn('/api/messages', sent.body)
    }
  }

  #ask(method: string, path: string, { token }: Someone, body?: object) {
    return this.gateway.call(method, path, { token, ...(body && { body }) })
  }
}
