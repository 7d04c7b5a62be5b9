import { randomBytes } from 'node:crypto'
import type { Prisma, PrismaClient } from '@meeshy/shared/generated/prisma/client'
import { newId } from '@meeshy/shared/ids'
import { type Persona, people, roleInShared } from './people.js'
import { accessToken } from './tokens.js'

/** Others who are there: the host writes and owns what is shared, outsiders what nobody else may see. */
const extras = ['host', 'target', 'asker', 'outsider', 'second outsider', 'second admin', 'nobody'] as const

export type Name = Persona | (typeof extras)[number]

const inMs = (milliseconds: number) => new Date(Date.now() + milliseconds)
const hour = 3_600_000
const usernameOf = (id: string) => `u${id.replaceAll('-', '').slice(-20)}`

export type Rooms = 'shared' | 'others' | `own of ${Persona}`

export interface WorldSource {
  database: PrismaClient
  gatewayUrl: string
  jwtSecret: string
  /** Everybody's. */
  password: string
  passwordHash: string
}

/** A small town of its own for one or many cells: everybody, what they have, and what they share. */
export class World {
  readonly #users = new Map<Name, string>()
  readonly #tokens = new Map<Persona, string>()
  readonly #ids = new Map<string, string>()

  private constructor(readonly source: WorldSource) {}

  static async create(source: WorldSource): Promise<World> {
    const world = new World(source)
    const rows = new Rows()
    for (const name of [...people, ...extras]) world.#addUser(rows, name)
    world.#addRooms(rows)
    for (const persona of people) world.#addSession(rows, persona)
    world.#addGroups(rows)
    world.#addRequests(rows)
    world.#addLinks(rows)
    world.#addNotifications(rows)
    await rows.write(source.database)
    return world
  }

  userId(name: Name): string {
    return this.#users.get(name) ?? newId()
  }

  username(name: Name): string {
    return usernameOf(this.userId(name))
  }

  /** The token that this persona sends; undefined sends none. */
  token(persona: Persona): string | undefined {
    return persona === 'bad token' ? 'not.a.token' : this.#tokens.get(persona)
  }

  /** The id of what was made under this name; one that was never given when there is none. */
  id(name: string): string {
    return this.#ids.get(name) ?? newId()
  }

  /** What somebody uses to prepare things through the front door, before their token stops working. */
  soundToken(name: Name): string {
    return this.#ids.get(`token of ${name}`) ?? ''
  }

  has(name: string): boolean {
    return this.#ids.has(name)
  }

  remember(name: string, id: string): void {
    this.#ids.set(name, id)
  }

  #make(name: string, id = newId()): string {
    this.#ids.set(name, id)
    return id
  }

  #addUser(rows: Rows, name: Name): void {
    const id = newId()
    this.#users.set(name, id)
    const username = usernameOf(id)
    const role = name === 'admin' || name === 'second admin' ? 'ADMIN' : name === 'guest' ? 'GUEST' : 'USER'
    rows.users.push({
      ...{ id, username, usernameKey: username, displayName: name, displayNameKey: name, role },
      ...{
        preferredLanguage: 'en',
        passwordHash: this.source.passwordHash,
        deactivatedAt: name === 'deactivated' || name === 'nobody' ? new Date() : null,
      },
      erasedAt: name === 'nobody' ? new Date() : null,
    })
    // Everybody can act through one session that works, whatever the token that they try the routes with.
    const session = { id: newId(), userId: id, expiresAt: inMs(hour) }
    rows.sessions.push(session)
    this.#make(`session of ${name}`, session.id)
    this.#make(`token of ${name}`, accessToken(this.source.jwtSecret, session))
  }

  #addSession(rows: Rows, persona: Persona): void {
    const expired = persona === 'expired'
    const session = { id: newId(), userId: this.userId(persona), expiresAt: inMs(expired ? -hour : hour) }
    const guestRoom = persona === 'guest' ? { conversationId: this.id('room shared') } : {}
    rows.sessions.push({ ...session, ...guestRoom, revokedAt: persona === 'revoked' ? new Date() : null })
    this.#tokens.set(persona, accessToken(this.source.jwtSecret, session))
    rows.sessions.push({
      id: this.#make(`ended session of ${persona}`),
      userId: session.userId,
      expiresAt: inMs(hour),
      revokedAt: new Date(),
    })
  }

  #addRooms(rows: Rows): void {
    const room = (name: string, createdBy: Name, title = name) => {
      const id = this.#make(`room ${name}`)
      rows.conversations.push({ id, type: 'group', title, createdById: this.userId(createdBy) })
      rows.members.push({ conversationId: id, userId: this.userId(createdBy), role: 'owner' })
      return id
    }
    const join = (conversationId: string, name: Name, role = 'member') =>
      rows.members.push({ conversationId, userId: this.userId(name), role })
    const shared = room('shared', 'host')
    join(shared, 'target')
    for (const persona of people) {
      const role = roleInShared[persona]
      if (role) join(shared, persona, role)
      if (persona !== 'guest') join(room(`own of ${persona}`, persona), 'target')
    }
    join(room('others', 'outsider'), 'second outsider')
    this.#make('room deleted')
    for (const persona of people) this.#block(rows, persona)
  }

  #block(rows: Rows, persona: Persona): void {
    if (persona !== 'blocked') return
    for (const name of ['host', 'target'] as const) {
      rows.blocks.push({ blockerId: this.userId(name), blockedId: this.userId(persona) })
    }
  }

  #addGroups(rows: Rows): void {
    const group = (name: string, createdBy: Name, isPublic = false) => {
      const id = this.#make(`group ${name}`)
      rows.groups.push({ id, name, nameKey: name, isPublic, maxMembers: 100, createdById: this.userId(createdBy) })
      rows.groupMembers.push({ groupId: id, userId: this.userId(createdBy), role: 'owner' })
      return id
    }
    const shared = group('shared', 'host')
    rows.groupMembers.push({ groupId: shared, userId: this.userId('target') })
    for (const persona of people) {
      if (persona === 'guest') continue
      const role = roleInShared[persona]
      if (role) rows.groupMembers.push({ groupId: shared, userId: this.userId(persona), role })
      const own = group(`own of ${persona}`, persona)
      rows.groupMembers.push({ groupId: own, userId: this.userId('target') })
    }
    group('others', 'outsider')
    this.#make('group deleted')
  }

  #addRequests(rows: Rows): void {
    const request = (name: string, sender: Name, receiver: Name) => {
      const [senderId, receiverId] = [this.userId(sender), this.userId(receiver)]
      const openKey = [senderId, receiverId].sort().join(':')
      rows.requests.push({ id: this.#make(`request ${name}`), senderId, receiverId, openKey })
    }
    for (const persona of people) {
      request(`from ${persona}`, persona, 'asker')
      request(`to ${persona}`, 'outsider', persona)
    }
    request('others', 'outsider', 'second outsider')
    this.#make('request deleted')
  }

  #addLinks(rows: Rows): void {
    const link = (name: string, room: string, createdBy: Name) => {
      const id = this.#make(`link ${name}`, randomBytes(16).toString('base64url'))
      rows.links.push({
        id,
        conversationId: this.id(`room ${room}`),
        createdById: this.userId(createdBy),
        allowGuests: true,
      })
    }
    link('shared', 'shared', 'host')
    link('others', 'others', 'outsider')
    for (const persona of people) if (persona !== 'guest') link(`own of ${persona}`, `own of ${persona}`, persona)
    this.#make('link deleted', randomBytes(16).toString('base64url'))
    this.#make('link missing', randomBytes(16).toString('base64url'))
  }

  #addNotifications(rows: Rows): void {
    const conversationId = this.id('room shared')
    for (const name of [...people, 'outsider'] as const) {
      const id = this.#make(`notification of ${name}`)
      rows.notifications.push({ id, userId: this.userId(name), type: 'added_to_conversation', conversationId })
    }
  }
}

/** What a world consists of, written at once. */
class Rows {
  readonly users: Prisma.UserCreateManyInput[] = []
  readonly sessions: Prisma.SessionCreateManyInput[] = []
  readonly blocks: Prisma.BlockCreateManyInput[] = []
  readonly groups: Prisma.GroupCreateManyInput[] = []
  readonly groupMembers: Prisma.GroupMemberCreateManyInput[] = []
  readonly conversations: Prisma.ConversationCreateManyInput[] = []
  readonly members: Prisma.ConversationMemberCreateManyInput[] = []
  readonly requests: Prisma.FriendRequestCreateManyInput[] = []
  readonly links: Prisma.ShareLinkCreateManyInput[] = []
  readonly notifications: Prisma.NotificationCreateManyInput[] = []

  async write(database: PrismaClient): Promise<void> {
    await database.$transaction([
      database.user.createMany({ data: this.users }),
      database.conversation.createMany({ data: this.conversations }),
      database.conversationMember.createMany({ data: this.members }),
      database.session.createMany({ data: this.sessions }),
      database.block.createMany({ data: this.blocks }),
      database.group.createMany({ data: this.groups }),
      database.groupMember.createMany({ data: this.groupMembers }),
      database.friendRequest.createMany({ data: this.requests }),
      database.shareLink.createMany({ data: this.links }),
      database.notification.createMany({ data: this.notifications }),
    ])
  }
}
