import { openDatabase } from '@meeshy/shared/database/open'
import { createExplainedDatabase, type ExplainedDatabase, explainedSqlite } from '@meeshy/shared/testing/query-plans'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accountStatuses, listAccounts } from './accounts/accounts.js'
import { countAttempt, forgetAttempts, uncountAttempt } from './accounts/attempts.js'
import { changeAccountRole, changeAccountStatus } from './accounts/change-account.js'
import { eraseAccount } from './accounts/erase-account.js'
import { makeAdmin } from './accounts/first-admin.js'
import { findUnerased, settleErasure } from './accounts/message-erasures.js'
import { createReset, readResetOwner, takeReset } from './accounts/password-resets.js'
import { readProfile, updateProfile } from './accounts/profiles.js'
import { searchUsers } from './accounts/search-users.js'
import { createUser, findCredentials, readPublicUser } from './accounts/users.js'
import { deleteConversation, updateConversation } from './conversations/conversation-changes.js'
import { createDirect, createGroupConversation } from './conversations/conversations.js'
import { addMember, changeRole, listMembers, removeMember } from './conversations/members.js'
import { Rooms } from './conversations/rooms.js'
import { updateSettings } from './conversations/settings.js'
import { type GatewayTables, gatewayDatabase } from './database.js'
import { blockUser, listBlocked, unblockUser } from './friends/blocks.js'
import { answerRequest, askFriend, removeRequest } from './friends/friend-request-changes.js'
import { listRequests } from './friends/friend-requests.js'
import {
  addGroupMember,
  changeGroupRole,
  joinGroup,
  listGroupMembers,
  removeGroupMember,
} from './groups/group-members.js'
import * as groups from './groups/groups.js'
import * as notifications from './notifications.js'
import { preparedReads } from './reads.js'
import { rotateRefreshToken } from './sessions/refresh.js'
import { createSession, listSessions, revokeSession } from './sessions/sessions.js'
import { joinAsGuest, joinByLink } from './share-links/share-link-joining.js'
import * as links from './share-links/share-links.js'
import { sweepGuests } from './share-links/sweep-guests.js'

let explained: ExplainedDatabase

beforeAll(async () => {
  explained = await createExplainedDatabase()
})
afterAll(() => explained.close())

async function person(tables: GatewayTables, username: string): Promise<string> {
  const { id } = await createUser(tables, {
    username,
    email: `${username}@example.org`,
    passwordHash: 'x',
    displayName: username,
    preferredLanguage: 'en',
    understoodLanguages: [],
  })
  return id
}

it('every query of the store is answered by an index', async () => {
  const database = gatewayDatabase(explained.database)
  const [ana, ben] = [{ id: await person(database, 'ana') }, { id: await person(database, 'ben') }]
  const { id } = await createGroupConversation(database, ana.id, { title: 'x', memberIds: [ben.id] })
  await createDirect(database, ana.id, ben.id)
  await createDirect(database, ben.id, ana.id)
  await findCredentials(database, 'ana')
  await findCredentials(database, 'ana@example.org')
  await readPublicUser(database, ana.id)
  await readProfile(database, ben.id, ana.id)
  expect(await searchUsers(database, { text: 'b', searcherId: ana.id, limit: 5, after: 'a' })).toHaveLength(1)
  await updateProfile(database, ana.id, { displayName: 'Ana' })
  await new Rooms(database).read(id)
  await blockUser(database, ben.id, ana.id)
  expect(await listBlocked(database, ben.id, { limit: 1, after: '' })).toHaveLength(1)
  await unblockUser(database, ben.id, ana.id)
  await database.user.update({ where: { id: ben.id }, data: { role: 'ADMIN' } })
  await changeAccountRole(database, ben.id, ana.id, 'ADMIN')
  await changeAccountRole(database, ben.id, ana.id, 'USER')
  await changeAccountStatus(database, ben.id, ana.id, 'deactivated')
  await readProfile(database, ben.id, ana.id)
  for (const status of accountStatuses) {
    await listAccounts(database, { text: 'a', role: 'USER', status, limit: 1 })
  }
  expect(await listAccounts(database, { limit: 1 })).toHaveLength(2)
  await changeAccountStatus(database, ben.id, ana.id, 'active')
  const owned = await createGroupConversation(database, ana.id, { title: 'y', memberIds: [ben.id] })
  await createGroupConversation(database, ana.id, { title: 'z', memberIds: [] })
  const group = { id: 'g', name: 'g', nameKey: 'g', maxMembers: 9, createdById: ana.id }
  const members = { createMany: { data: [{ userId: ana.id, role: 'owner' }, { userId: ben.id }] } }
  await database.group.create({ data: { ...group, members } })
  const departure = await eraseAccount(database, ben.id, ana.id, { eraseMessages: true })
  expect(departure.left).toContainEqual({ id: owned.id, version: 2, heirId: ben.id })
  expect(departure.deleted).toHaveLength(1)
  expect(await findUnerased(database)).toEqual([ana.id])
  await settleErasure(database, ana.id)
  const session = { id: 's', userId: ben.id, refreshHash: 'h', userAgent: null }
  const expiresAt = new Date(Date.now() + 60_000)
  await createSession(database, { ...session, expiresAt })
  expect(await listSessions(database, ben.id, { limit: 1, after: 't' })).toHaveLength(1)
  await rotateRefreshToken(database, 's', { hash: 'h', successorHash: 'i', expiresAt }, () => {})
  await countAttempt(database, 'a', 1000)
  await uncountAttempt(database, 'a')
  await forgetAttempts(database, ['a', 'b'])
  await createReset(database, { tokenHash: 'r', userId: ben.id, createdById: ben.id, expiresAt })
  await readResetOwner(database, 'r')
  expect(await takeReset(database, 'r', { userId: ben.id, passwordHash: 'y' })).toEqual(['s'])
  await revokeSession(database, ben.id, 's')
  await makeAdmin(database, 'ben')
  expect(await explained.scans()).toEqual([])
})

it('so is every one about groups and friends', async () => {
  const database = gatewayDatabase(explained.database)
  const [cleo, dan, eve] = [
    await person(database, 'cleo'),
    await person(database, 'dan'),
    await person(database, 'eve'),
  ]
  const { id: groupId } = await groups.createGroup(database, cleo, { name: 'a', isPublic: true, maxMembers: 9 })
  await joinGroup(database, groupId, dan)
  await addGroupMember(database, groupId, cleo, eve)
  await changeGroupRole(database, groupId, cleo, dan, 'owner')
  await removeGroupMember(database, groupId, dan, dan)
  const joined = { joinedAt: new Date(0), userId: cleo }
  expect(await listGroupMembers(database, groupId, { limit: 1, after: joined })).toHaveLength(2)
  await createGroupConversation(database, cleo, { title: 'x', memberIds: [dan], groupId })
  const after = { nameKey: '', id: groupId }
  expect(await groups.listGroups(database, cleo, { limit: 1, after })).toHaveLength(1)
  expect(await groups.listGroups(database, cleo, { limit: 1 })).toHaveLength(1)
  expect(await groups.searchGroups(database, dan, { text: '', limit: 1, after })).toHaveLength(1)
  expect(await groups.searchGroups(database, dan, { text: 'a', limit: 1 })).toHaveLength(1)
  await groups.updateGroup(database, groupId, cleo, { name: 'b' })
  expect(await groups.readGroup(database, groupId, dan)).toMatchObject({ name: 'b' })
  expect(await groups.deleteGroup(database, groupId, cleo)).toHaveLength(1)

  const { request } = await askFriend(database, cleo, dan)
  for (const direction of ['received', 'sent'] as const)
    await listRequests(database, dan, { direction, status: 'pending', limit: 1, after: request.id })
  await answerRequest(database, request.id, dan, 'accepted')
  await removeRequest(database, request.id, cleo, { onlyPending: false })
  const { request: second } = await askFriend(database, cleo, dan)
  await answerRequest(database, second.id, dan, 'rejected')
  await expect(askFriend(database, cleo, dan)).rejects.toThrow('request_rejected')
  expect(await explained.scans()).toEqual([])
})

it('every query about links, guests and notifications is', async () => {
  const database = gatewayDatabase(explained.database)
  const [fay, gil] = [await person(database, 'fay'), await person(database, 'gil')]
  const { id } = await createGroupConversation(database, fay, { title: 'x', memberIds: [] })
  const link = await links.createShareLink(database, id, fay, { maxUses: 3, allowGuests: true })
  const after = { createdAt: new Date(Date.now() + 1000), id: link.id }
  expect(await links.listShareLinks(database, id, fay, { limit: 1, after })).toHaveLength(1)
  expect(await links.listOwnShareLinks(database, fay, { limit: 1, after })).toHaveLength(1)
  expect(await links.listOwnShareLinks(database, fay, { limit: 1 })).toHaveLength(1)
  await links.readInvitation(database, link.id)
  await joinByLink(database, link.id, gil)
  const session = { id: 'guest', refreshHash: 'z', userAgent: null, expiresAt: new Date(Date.now() - 1) }
  const { user: guest } = await joinAsGuest(database, link.id, { displayName: 'x', language: 'en' }, session)
  await expect(changeRole(database, id, fay, guest.id, 'admin')).rejects.toThrow('forbidden')
  expect(await sweepGuests(database, id)).toHaveLength(1)
  await links.updateShareLink(database, link.id, fay, { name: 'x' })
  await links.deleteShareLink(database, link.id, fay)

  const about = { type: 'mention', actorId: fay, conversationId: id, messageId: 'm' } as const
  const [told] = (await notifications.createNotifications(database, [gil], about)).values()
  await notifications.dropOldNotifications(database, [gil])
  expect(await notifications.findUsersByName(database, ['gil'])).toEqual(new Map([['gil', gil]]))
  const older = { limit: 1, unread: true, after: 'z' }
  expect(await notifications.listNotifications(database, gil, older)).toHaveLength(1)
  expect(await notifications.countUnread(database, gil)).toBe(1)
  await notifications.markRead(database, gil, told?.id ?? '')
  await notifications.markAllRead(database, gil)
  expect(await explained.scans()).toEqual([])
})

it('so is every one about a conversation and who is in it', async () => {
  const database = gatewayDatabase(explained.database)
  const [fay, gil, hal] = [
    await person(database, 'room-fay'),
    await person(database, 'room-gil'),
    await person(database, 'room-hal'),
  ]
  const { id } = await createGroupConversation(database, fay, { title: 'x', memberIds: [gil] })
  await addMember(database, id, fay, hal)
  const after = { joinedAt: new Date(0), userId: fay }
  expect(await listMembers(database, id, { limit: 1, after })).toHaveLength(2)
  await changeRole(database, id, fay, gil, 'owner')
  await changeRole(database, id, fay, fay, 'member')
  await updateSettings(database, id, hal, { archived: true })
  await updateConversation(database, id, gil, { title: 'y' })
  await removeMember(database, id, gil, hal)
  await deleteConversation(database, id, gil)
  expect(await explained.scans()).toEqual([])
})

it('so is every prepared read', async () => {
  const prepared = await explainedSqlite()
  const prisma = await openDatabase(prepared.url)
  const database = gatewayDatabase(prisma)
  const [ana, ben] = [await person(database, 'ana'), await person(database, 'ben')]
  const { id: groupId } = await groups.createGroup(database, ana, { name: 'a', maxMembers: 9 })
  const { id } = await createGroupConversation(database, ana, { title: 'x', memberIds: [ben], groupId })
  await createDirect(database, ana, ben)
  const session = { refreshHash: 'h', userAgent: null, expiresAt: new Date(Date.now() + 60_000) }
  await createSession(database, { ...session, id: 's', userId: ana })

  const reads = preparedReads(prepared.database)
  expect(await reads.session('s')).toMatchObject({ userId: ana })
  expect([...(await reads.liveSessions(['s', 'nobody']))]).toEqual(['s'])
  expect(await reads.ownUser(ana)).toMatchObject({ username: 'ana' })
  expect(await reads.recentConversations(ana, 200)).toHaveLength(2)
  expect(await reads.conversation(ana, id)).toMatchObject({ id, memberCount: 2 })
  const after = { lastActivityAt: new Date(Date.now() + 1000), id }
  expect(await reads.smallRooms(ana, { members: 2, limit: 9 })).toHaveLength(2)
  expect(await reads.smallRooms(ana, { members: 1, limit: 9 })).toEqual([])
  await blockUser(database, ben, ana)
  expect(await reads.blocksOf(ana, 9)).toEqual([ben])
  expect(await reads.blocksOf(ben, 9)).toEqual([ana])
  for (const [page, count] of [
    [{ limit: 1 }, 2],
    [{ limit: 1, after }, 2],
    [{ limit: 1, groupId, after }, 1],
    [{ limit: 1, archived: false, groupId }, 1],
  ] as const) {
    expect(await reads.conversations(ana, page)).toHaveLength(count)
  }
  expect(await prepared.scans()).toEqual([])
  expect(await prepared.writes()).toEqual([])
  await prisma.$disconnect()
  await prepared.close()
})

it('notices one that is not', async () => {
  await explained.database.user.findMany({ where: { displayName: { contains: 'a' } } })
  expect(await explained.scans()).toHaveLength(1)
})
