import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../database/migrate.js'

/** A database of one test, in a folder of its own. */
export interface TestDatabase {
  readonly url: string
  /** Deletes the folder. Close what is open first. */
  remove(): Promise<void>
}

let template: Promise<Buffer> | undefined

/** Makes an empty, migrated database in a new folder. The migrations run once per process; each test gets a copy. */
export async function createTestDatabase(): Promise<TestDatabase> {
  template ??= migrateOnce()
  const bytes = await template
  const { folder, remove } = await createTestFolder()
  const file = join(folder, 'test.db')
  await writeFile(file, bytes)
  return { url: `file:${file}`, remove }
}

/** An empty folder for one test. */
export async function createTestFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'meeshy-test-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

async function migrateOnce(): Promise<Buffer> {
  const { folder, remove } = await createTestFolder()
  const file = join(folder, 'template.db')
  await migrate(`file:${file}`)
  // The last connection has closed, so the whole database is in this one file and none of it in a WAL.
  const bytes = await readFile(file)
  await remove()
  return bytes
}
