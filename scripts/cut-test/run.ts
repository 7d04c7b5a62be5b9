import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { type Findings, inspect } from '../lib/durability/findings.js'
import { registerAll } from '../lib/follower/crowd.js'
import { type OwnServices, withServices } from '../lib/follower/own-services.js'
import { type Verdict, verdictOf } from '../lib/follower/verdict.js'
import { Random } from '../lib/random.js'
import { type BadLines, openBadLines } from './bad-lines.js'
import { type Cuttable, type Fault, faults, pickFault } from './faults.js'
import { tryOddPositions } from './odd-positions.js'

const longestCalmMs = 250
const returnLimitMs = 60_000
/** Otherwise the line breaks again before it stands. */
const waitedForShare = 0.8

export interface CutsOptions {
  cuts: number
  /** Of the moments and kinds of the cuts, and of what is written. */
  seed: number
  onCut?: (cut: number) => void
}

export interface CutsResult {
  cuts: Partial<Record<Fault, number>>
  findings: Findings
  readers: Verdict[]
  /** Answers to odd positions that were not as they have to be. */
  oddPositions: string[]
}

/** Breaks the lines of a room's readers at random moments while others write, edit and delete. */
export async function runCuts({ cuts, seed, onCut }: CutsOptions): Promise<CutsResult> {
  return withServices(async (services) => {
    const random = new Random(seed)
    const lines = await openBadLines(services, random)
    const done = await cutOften(lines, random, { cuts, ...(onCut ? { onCut } : {}) })
    const oddPositions = await tryOthers(services, lines)
    await lines.finishWriting()
    const verdict = ({ follower }: Cuttable) => verdictOf(services.databaseFile, follower, lines.conversationId)
    const readers = await Promise.all(lines.readers.map(verdict))
    await Promise.all(lines.readers.flatMap(({ follower, proxy }) => [follower.stop(), proxy.close()]))
    return { cuts: done, findings: await inspect(services.databaseFile, lines.ledger), readers, oddPositions }
  })
}

async function cutOften({ readers }: BadLines, random: Random, { cuts, onCut }: Omit<CutsOptions, 'seed'>) {
  const done: CutsResult['cuts'] = {}
  let count = 0
  const cutting = readers.map(async (reader) => {
    const own = new Random(random.integer(0, 2 ** 31))
    while (count < cuts) {
      count += 1
      const fault = pickFault(own)
      done[fault] = (done[fault] ?? 0) + 1
      const { greetings } = reader.follower
      faults[fault](reader, own)
      onCut?.(count)
      if (own.next() < waitedForShare) await returned(reader, greetings, fault)
      await delay(own.integer(0, longestCalmMs))
    }
  })
  await Promise.all(cutting)
  return done
}

/** Waits for a new connection that has caught up. */
function returned({ follower }: Cuttable, greetings: number, fault: Fault): Promise<void> {
  const hasReturned = () => follower.greetings > greetings && follower.isCurrent
  return waitFor(hasReturned, { what: `a return after "${fault}"`, timeoutMs: returnLimitMs })
}

async function tryOthers({ gatewayUrl }: OwnServices, { conversationId, reader, readers }: BadLines) {
  const [outsider] = await registerAll(gatewayUrl, ['en'])
  const foreignId = (await outsider?.createConversation('not yours', [])) ?? ''
  const epoch = readers[0]?.follower.epoch ?? ''
  return tryOddPositions({ gatewayUrl, token: reader.token, epoch, conversationId, foreignId, beyond: 10_000_000 })
}
