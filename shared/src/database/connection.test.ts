import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { createTestFolder } from '../testing/fresh-database.js'
import { assertSqliteVersion, openConnection, secureConnection } from './connection.js'

test('every pragma is held', async () => {
  const { folder, remove } = await createTestFolder()
  onTestFinished(remove)
  const file = join(folder, 'chat.db')
  await writeFile(file, '')
  const connection = await openConnection(file)
  onTestFinished(() => void connection.close())
  const read = (name: string): unknown => connection.pragma(name, { simple: true })
  const names = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'temp_store', 'mmap_size']
  expect(names.map(read)).toEqual(['wal', 2, 1, 1, 2, 0])
})

test('a connection that cannot hold them is closed, and the error says what', async () => {
  const inMemory = new Database(':memory:')
  await expect(secureConnection(inMemory)).rejects.toThrow('does not hold journal_mode = WAL: it reads back as memory')
  expect(inMemory.open).toBe(false)
})

test('a file that is not there is not created', async () => {
  const { folder, remove } = await createTestFolder()
  onTestFinished(remove)
  await expect(openConnection(join(folder, 'chat.db'))).rejects.toThrow('unable to open database file')
})

test.each(['3.7.0', '3.45.1', '3.51.2'])('SQLite %s is refused', (version) => {
  expect(() => assertSqliteVersion(version)).toThrow('3.51.3 or newer')
})

test.each(['3.51.3', '3.53.2', '3.100.0', '4.0.0'])('SQLite %s is taken', (version) => {
  expect(() => assertSqliteVersion(version)).not.toThrow()
})
