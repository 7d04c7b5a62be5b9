import { openDatabase } from '@meeshy/shared/database/open'
import type { Sql } from '@meeshy/shared/database/sql'
import { type ExplainedSqlite, explainedSqlite } from '@meeshy/shared/testing/query-plans'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createMessage, type NewMessage } from './create-message.js'
import { deleteMessage } from './delete-message.js'
import { editMessage } from './edit-message.js'
import { eraseSome, findOrphans, nextErasure, promiseConversationErasure, promiseUserErasure } from './erasures.js'
import { readLogRange, removeSomeEvents } from './event-log.js'
import { readConversationEvents, readEvents } from './events.js'
import { readIdentity } from './info.js'
import { readEntries, rememberText, removeSomeExpired } from './memory.js'
import { readConversationOf, readHistory, readMessage, readSeq } from './messages.js'
import {
  countAttempt,
  failOverdue,
  isCurrent,
  listPending,
  readPending,
  requestTranslations,
  withdraw,
} from './pending.js'
import { readMemberships, readReader, readReaders } from './permissions.js'
import { priorities } from './priorities.js'
import { markAsRead, readMemberMarks } from './read-marks.js'
import { readSummaries } from './summaries.js'
import { finishTranslations, readTranslation } from './translations.js'

let explained: ExplainedSqlite

beforeAll(async () => {
  explained = await explainedSqlite()
  await addPeople(explained.url)
  await explained.database.transaction(useAll)
  await readAll()
  await explained.database.transaction(eraseAll)
})
afterAll(() => explained.close())

it('every statement of the store is answered by an index', async () => {
  // The oldest events stand at the beginning of their table: the walk ends at its limit.
  expect(await explained.scans()).toEqual([expect.stringContaining('FROM "MessageEvent" ORDER BY "id" LIMIT ?')])
})

it('the store writes its own tables and no others', async () => {
  expect(await explained.writes()).toEqual([
    ...['ConversationState', 'DatabaseInfo', 'Erasure', 'Message', 'MessageEvent', 'MessageReadStatus'],
    ...['MessageTranslation', 'Text', 'TranslationMemory'],
  ])
})

const limits = { events: 10, bytes: 1_000_000 }
const ready = { status: 'ready', text: 'Hello', model: 'm', confidence: 1, cached: false, memoryKey: 'k' } as const
const draft: NewMessage = {
  ...{ conversationId: 'c', senderId: 'ana', clientMessageId: 'm1', content: 'Bonjour', replyToId: null },
  ...{ originalLanguage: 'fr', languageSource: 'client' },
  translations: { outcomes: new Map([['en', null]]), expiresAt: 0 },
}

/** Ana reads French, Ben English, in the one conversation "c". */
async function addPeople(url: string): Promise<void> {
  const people = await openDatabase(url)
  const person = (id: string, preferredLanguage: string) => ({
    ...{ id, username: id, usernameKey: id, displayName: id, displayNameKey: id, preferredLanguage },
  })
  await people.user.createMany({ data: [person('ana', 'fr'), person('ben', 'en')] })
  await people.conversation.create({ data: { id: 'c', type: 'direct', createdById: 'ana' } })
  const members = ['ana', 'ben'].map((userId) => ({ conversationId: 'c', userId }))
  await people.conversationMember.createMany({ data: members })
  await people.$disconnect()
}

async function useAll(sql: Sql): Promise<void> {
  await readIdentity({ ...explained.database, write: (work) => work(sql), ping: async () => {} })
  const { message: first } = await createMessage(sql, 'key', draft)
  expect(await createMessage(sql, 'key', draft)).toMatchObject({ created: false })
  const answer = { ...draft, clientMessageId: 'm2', replyToId: first.id }
  const { message: second } = await createMessage(sql, 'key', answer)
  expect(await listPending(sql, 10, new Set())).toHaveLength(2)
  const pending = await readPending(sql, first.id)
  if (!pending) throw new Error('expected a pending message')
  await countAttempt(sql, pending, ['en'])
  await finishTranslations(sql, pending, new Map([['en', ready]]), 0)
  expect(await isCurrent(sql, pending)).toBe(true)
  const request = {
    messageIds: [second.id],
    language: 'de',
    priority: priorities.visible,
    retryFailedBefore: 0,
  } as const
  await requestTranslations(sql, request)
  expect(await failOverdue(sql, Date.now() + 1_000)).toBe(2)
  await requestTranslations(sql, { ...request, retryFailedBefore: Date.now() + 1_000 })
  await withdraw(sql, { ...pending, id: second.id }, ['de'])
  await rememberText(sql, { ...ready, key: 'k', source: 'fr', target: 'en', expiresAt: 0 })
  await removeSomeExpired(sql)
  const edit = { ...draft, messageId: second.id, userId: 'ana', content: 'Bonsoir', expectedRevision: 1 }
  expect(await editMessage(sql, edit)).toMatchObject({ changed: true })
  await deleteMessage(sql, second.id, 'ana')
  await markAsRead(sql, { conversationId: 'c', userId: 'ben', seq: 2 }, '2000-01-01T00:00:00.000Z')
}

async function readAll(): Promise<void> {
  const { database } = explained
  const page = { conversationId: 'c', limit: 1, translations: 'en' } as const
  for (const range of [{}, { before: 2 }, { after: 1 }]) await readHistory(database, { ...page, ...range })
  const { messages } = await readHistory(database, { ...page, translations: 'all' })
  const [{ id } = { id: '' }] = messages
  await readMessage(database, id, 'en')
  await readConversationOf(database, id)
  await readSeq(database, id)
  await readTranslation(database, id, 'en')
  await readEntries(database, ['k', 'l'])
  expect((await readEvents(database, 0, limits)).events.length).toBeGreaterThan(0)
  await readConversationEvents(database, 'c', 0, limits)
  await readLogRange(database)
  await readReaders(database, 'c')
  await readReader(database, 'ana')
  await readSummaries(database, await readMemberships(database, 'ben', ['c', 'd']))
  await readMemberMarks(database, 'c', 10)
  await findOrphans(database, '')
}

async function eraseAll(sql: Sql): Promise<void> {
  await promiseUserErasure(sql, 'nobody')
  for (const promise of [promiseUserErasure(sql, 'ana'), promiseConversationErasure(sql, 'c')]) {
    await expect(promise).rejects.toMatchObject({ code: 'forbidden' })
  }
  expect(await nextErasure(sql, null)).toMatchObject({ subjectId: 'nobody' })
  await eraseSome(sql, { kind: 'user', subjectId: 'ana' }, '')
  await eraseSome(sql, { kind: 'conversation', subjectId: 'c' }, '')
  await removeSomeEvents(sql, Date.now() + 1_000)
}
