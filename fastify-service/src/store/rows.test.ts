import { openDatabase } from '@meeshy/shared/database/open'
import { openSqlReader } from '@meeshy/shared/database/open-sql'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { expect, it, onTestFinished } from 'vitest'
import { isoTime, storedTime } from './rows.js'

it('times are as Prisma stores them, and answers have them in ISO 8601', async () => {
  const { url, remove } = await createTestDatabase()
  onTestFinished(remove)
  const prisma = await openDatabase(url)
  const reader = await openSqlReader(url)
  const at = new Date('2026-11-01T10:00:00.007Z')
  await prisma.conversation.create({ data: { id: 'c', type: 'group', createdById: 'ana', lastActivityAt: at } })
  const { stored = '' } =
    (await reader.get<{ stored: string }>('SELECT "lastActivityAt" AS "stored" FROM "Conversation"')) ?? {}
  expect(stored).toBe(storedTime(at))
  expect(isoTime(stored)).toBe(at.toISOString())
  await reader.close()
  await prisma.$disconnect()
})

it.each(['2026-11-01T10:00:00.007Z', '2026-11-01T11:00:00.007+01:00'])('%s is read, too', (stored) => {
  expect(isoTime(stored)).toBe('2026-11-01T10:00:00.007Z')
})
