import { createExplainedDatabase, type ExplainedDatabase } from '@meeshy/shared/testing/query-plans'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { translationDatabase } from './database.js'
import { lastPosition, readEvents } from './events.js'
import { readEntries, removeSomeExpired, writeEntries } from './memory.js'
import { createMessage, readConversationOf, readHistory, readMessage } from './messages.js'
import { readReader, requireMember, requireMembers } from './permissions.js'
import { addPending, countAttempt, finishTranslations, listPending, readPending } from './translations.js'

let explained: ExplainedDatabase

beforeAll(async () => {
  explained = await createExplainedDatabase()
})
afterAll(() => explained.close())

it('every query of the store is answered by an index', async () => {
  const database = translationDatabase(explained.database)
  const message = {
    conversationId: 'c',
    senderId: 's',
    clientMessageId: 'm',
    content: 'Bonjour',
    originalLanguage: 'fr',
    languageSource: 'client',
    translations: new Map([['en', null]] as const),
  }
  const { message: first } = await database.write((tables) => createMessage(tables, 'key', message))
  await database.write((tables) =>
    createMessage(tables, 'key', { ...message, clientMessageId: 'n', replyToId: first.id }),
  )
  const page = { conversationId: 'c', limit: 1, language: 'en' } as const
  for (const range of [{}, { before: 2 }, { after: 1 }]) await readHistory(database, { ...page, ...range })
  await readMessage(database, first.id, 'en')
  await readConversationOf(database, first.id)
  expect(await listPending(database, 10, new Set())).toHaveLength(2)
  const pending = await readPending(database, first.id)
  if (!pending) throw new Error('expected a pending message')
  await database.write((tables) => countAttempt(tables, pending, ['en']))
  const ready = { status: 'ready', text: 'Hello', model: 'm', confidence: 1, cached: false } as const
  await database.write((tables) => finishTranslations(tables, pending, new Map([['en', ready]])))
  await database.write((tables) => addPending(tables, [first], 'de'))
  expect((await readEvents(database, 0, 10, 1_000_000)).events).toHaveLength(3)
  await lastPosition(database)
  const entry = {
    key: 'k',
    source: 'fr',
    target: 'en',
    text: 'Hello',
    model: 'm',
    confidence: 1,
    expiresAt: new Date(),
  }
  await database.write((tables) => writeEntries(tables, [entry]))
  await readEntries(database, ['k', 'l'])
  await database.write(removeSomeExpired)
  await expect(requireMember(database, 'c', 's')).rejects.toMatchObject({ code: 'not_found' })
  await expect(requireMembers(database, 'c', 's')).rejects.toMatchObject({ code: 'not_found' })
  await expect(readReader(database, 's')).rejects.toMatchObject({ code: 'not_found' })
  expect(await explained.scans()).toEqual([])
})
