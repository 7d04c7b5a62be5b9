import { setTimeout as delay } from 'node:timers/promises'
import { Author } from '../lib/durability/author.js'
import { type Findings, inspect, isSound } from '../lib/durability/findings.js'
import { inFolder } from '../lib/durability/folder.js'
import { Ledger } from '../lib/durability/ledger.js'
import { LoneService } from '../lib/durability/lone-service.js'
import { createPeople } from '../lib/durability/people.js'
import { Random } from '../lib/random.js'
import { type EndedLife, Link } from './link.js'

const senders = 8
const conversations = 4
/** Requests that each sender has under way at once, so that a short life is long enough for a hundred acks. */
const handsOfEach = 8
const shortestLifeMs = 20
const longestLifeMs = 400
/** With more messages, SQLite's check of the indexes is made every tenth time only. */
const smallFileMessages = 5_000

export interface AcksOptions {
  kills: number
  /** Of the moments of the kills, and of what is sent. */
  seed: number
  /** Called after each kill. */
  onKill?: (kill: number) => void
}

export interface AcksResult {
  /** What the file says in the end, when every request was answered, or after the first kill that did harm. */
  findings: Findings
  kills: number
  /** Milliseconds from the start of each process until it was ready. */
  readyMs: number[]
  /** In order; the last one was not killed before everything was answered. */
  lives: EndedLife[]
}

/**
 * Kills the translation service at random moments, 20 to 400 ms after it was ready, under eight senders who never
 * pause, and compares the file with what was acknowledged after every kill.
 */
export async function runAcks(options: AcksOptions): Promise<AcksResult> {
  return inFolder(async (folder) => {
    const service = await LoneService.prepare(folder)
    try {
      return await killOften(service, options)
    } finally {
      await service.process.kill()
    }
  })
}

async function killOften(service: LoneService, { kills, seed, onKill }: AcksOptions): Promise<AcksResult> {
  const [ledger, link, random] = [new Ledger(), new Link(service, senders), new Random(seed)]
  const crowd = await gatherCrowd(service, ledger, link, random)
  const readyMs: number[] = []
  const lives: EndedLife[] = []

  async function live(until: () => Promise<unknown>): Promise<void> {
    const startedAt = performance.now()
    readyMs.push(await service.process.start())
    link.up(startedAt)
    // A refusal ends the test at once.
    await Promise.race([until(), crowd.work])
    lives.push(await link.down(() => service.process.kill()))
  }
  for (let kill = 1; kill <= kills; kill += 1) {
    await live(() => delay(random.integer(shortestLifeMs, longestLifeMs)))
    const quick = ledger.entries.size > smallFileMessages && kill % 10 !== 0
    const findings = await inspect(service.databaseFile, ledger, { quick })
    onKill?.(kill)
    if (!isSound(findings)) return { findings, kills: kill, readyMs, lives }
  }
  await live(() => crowd.finish())
  return { findings: await inspect(service.databaseFile, ledger), kills, readyMs, lives }
}

/** Eight people who write without a pause until they may finish. */
async function gatherCrowd(service: LoneService, ledger: Ledger, link: Link, random: Random) {
  const { userIds, conversationIds } = await createPeople(service.databaseUrl, senders, conversations)
  let isOver = false

  async function write(sender: number, author: Author): Promise<void> {
    while (!isOver) await link.send(sender, author.next())
  }
  const hands = userIds.flatMap((userId, sender) =>
    Array.from({ length: handsOfEach }, () => {
      const own = new Random(random.integer(0, 2 ** 31))
      return write(sender, new Author(userId, conversationIds, ledger, own))
    }),
  )
  const work = Promise.all(hands)
  work.catch(() => {}) // whoever races with it sees it
  return {
    work,
    /** Resolves when everybody has got the answer to their last request. */
    finish() {
      isOver = true
      return work
    },
  }
}
