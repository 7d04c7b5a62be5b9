import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@meeshy/shared/database/migrate'
import { openDatabase } from '@meeshy/shared/database/open'
import { databaseFile } from '@meeshy/shared/database/url'
import { languages } from '@meeshy/shared/languages'
import { Stop } from '../../lib/command.js'
import { endWithThisProcess } from '../../lib/end-with-process.js'
import { say } from '../../lib/terminal.js'
import { type BenchRoom, createRooms } from './room.js'
import { writeHistory } from './written-history.js'

/** Conversations of the same people, the large one included. */
export const roomCount = 200

/** Pages can be at different places from here on. */
const smallest = 200

/** Messages of each of the others. */
const messagesElsewhere = 5

/** A database with one conversation of `size` messages in all languages, and small ones written at the same time. */
export interface PreparedHistory {
  url: string
  size: number
  large: BenchRoom
  others: BenchRoom[]
}

/**
 * Works on databases of these sizes: about 3 KB and 0.15 ms for each message. They are kept in `folder` for the next
 * time, or, when none is given, in a temporary one that is removed afterwards.
 */
export async function withHistories<Result>(
  sizes: readonly number[],
  folder: string | undefined,
  work: (histories: PreparedHistory[]) => Promise<Result>,
): Promise<Result> {
  if (folder === undefined) return inTemporaryFolder((temporary) => withHistories(sizes, temporary, work))
  mkdirSync(folder, { recursive: true })
  const histories: PreparedHistory[] = []
  for (const size of sizes) histories.push(await prepare(folder, size))
  for (const { url } of histories) await readThrough(databaseFile(url))
  return work(histories)
}

/** Gigabytes are not left behind, also when the benchmark is given up. */
async function inTemporaryFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'meeshy-bench-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const release = endWithThisProcess(remove)
  try {
    return await work(folder)
  } finally {
    release()
    remove()
  }
}

async function prepare(folder: string, size: number): Promise<PreparedHistory> {
  if (!(size >= smallest)) throw new Stop(`Give sizes of ${smallest} messages or more.`)
  const file = join(folder, `history-${size}.db`)
  // Written last: without it the database is not complete.
  const description = `${file}.json`
  if (existsSync(description)) return JSON.parse(readFileSync(description, 'utf8')) as PreparedHistory
  rmSync(file, { force: true })
  const url = `file:${file}`
  await migrate(url)
  const people = await openDatabase(url)
  // One who writes, one who reads, and one who has never been there.
  const [large, ...others] = await createRooms(people, ['fr', 'en', 'en'], roomCount)
  await people.$disconnect()
  if (!large) throw new Error('the first room is the large one')
  const startedAt = performance.now()
  const plan = { conversationIds: inTurns(size, large, others), writerId: large.writerId, withEvents: false }
  await writeHistory(url, { ...plan, languages: languages.filter((language) => language !== 'fr') })
  say(`wrote ${size} messages in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  const history = { url, size, large, others }
  writeFileSync(description, JSON.stringify(history))
  return history
}

/** Brings a file into the system's memory, where that of a server would be: no page is to wait for the disk. */
async function readThrough(file: string): Promise<void> {
  for await (const _ of createReadStream(file, { highWaterMark: 1024 * 1024 }));
}

/** The messages of the small conversations spread evenly among those of the large one. */
function* inTurns(size: number, large: BenchRoom, others: readonly BenchRoom[]): Generator<string> {
  const elsewhere = others.length * messagesElsewhere
  let written = 0
  for (let index = 0; index < size; index += 1) {
    yield large.conversationId
    for (; written < ((index + 1) * elsewhere) / size; written += 1) {
      yield (others[written % others.length] as BenchRoom).conversationId
    }
  }
}
