import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createTestFolder } from '../testing/fresh-database.js'
import { migrate } from './migrate.js'
import { migrationsFolder, readMigrations } from './migrations.js'

const rows = {
  User: {
    id: 'ana',
    username: 'Ana',
    usernameKey: 'ana',
    displayName: 'Ana',
    displayNameKey: 'ana',
    preferredLanguage: 'fr',
  },
  Session: { id: 's', userId: 'ana', createdAt: '2026-11-01T10:00:00.000Z', expiresAt: '2026-12-01T10:00:00.000Z' },
  Conversation: { id: 'c', type: 'group', title: 'Team', version: 7, createdById: 'ana' },
  ConversationMember: { conversationId: 'c', userId: 'ana', role: 'owner', languageOverride: 'de', autoTranslate: 0 },
}
const required = { User: { updatedAt: '2026-11-01' }, Conversation: { updatedAt: '2026-11-01' } } as Record<
  string,
  object
>

test('an upgrade from before groups and share links keeps people, sessions, conversations and members', async () => {
  const { folder, remove } = await createTestFolder()
  try {
    const url = `file:${join(folder, 'chat.db')}`
    const older = (await readMigrations()).filter(({ name }) => !name.endsWith('_people_and_rooms'))
    for (const { name } of older) {
      await cp(join(migrationsFolder, name), join(folder, 'migrations', name), { recursive: true })
    }
    await migrate(url, { folder: join(folder, 'migrations') })
    const connection = new Database(join(folder, 'chat.db'))
    for (const [table, row] of Object.entries(rows)) {
      const all = { ...row, ...required[table] }
      const names = Object.keys(all)
      const sql = `INSERT INTO "${table}" ("${names.join('", "')}") VALUES (${names.map((name) => `@${name}`).join(', ')})`
      connection.prepare(sql).run(all)
    }

    await migrate(url)

    for (const [table, row] of Object.entries(rows)) {
      expect(connection.prepare(`SELECT * FROM "${table}"`).all()).toEqual([expect.objectContaining(row)])
    }
    expect(connection.pragma('foreign_key_check')).toEqual([])
    connection.close()
  } finally {
    await remove()
  }
})
