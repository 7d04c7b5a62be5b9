import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { type Findings, inspect } from '../lib/durability/findings.js'
import { Ledger } from '../lib/durability/ledger.js'
import { fewSentences, follow, keepWriting, registerAll } from '../lib/follower/crowd.js'
import type { Follower } from '../lib/follower/follower.js'
import { type OwnServices, withServices } from '../lib/follower/own-services.js'
import { type Verdict, verdictOf } from '../lib/follower/verdict.js'
import { Random } from '../lib/random.js'

const writerCount = 8
const readerLanguages = ['fr', 'de', 'en', 'en'] as const
const sentences = 40
const longestPauseMs = 20
const shortestLifeMs = 20
const longestLifeMs = 1_500
/** Every so many kills of the gateway the translation service is killed as well. */
const translationEvery = 8
const returnLimitMs = 30_000

export interface GatewayKillsOptions {
  kills: number
  /** After every so many kills the gateway is stopped in good order as well; 10 when absent. */
  stopEvery?: number
  /** Of the moments of the kills, and of what is written. */
  seed: number
  onKill?: (kill: number) => void
}

export interface GatewayKillsResult {
  findings: Findings
  /** Milliseconds from each start of the gateway until it was ready. */
  readyMs: number[]
  stops: StopResult[]
  translationKills: number
  /** Numbers of kills that struck while a follower was still catching up. */
  killsAmidCatchUp: number
  followers: Verdict[]
}

export interface StopResult {
  exitCode: number | null
  milliseconds: number
  /** Sockets that were open, and how they were closed. */
  sockets: number
  closedForRestart: number
  differentHints: number
}

/** kill -9 of the gateway at random moments under writers who repeat what was not acknowledged. */
export async function runGatewayKills(options: GatewayKillsOptions): Promise<GatewayKillsResult> {
  return withServices((services) => killOften(services, options))
}

async function killOften(services: OwnServices, options: GatewayKillsOptions): Promise<GatewayKillsResult> {
  const random = new Random(options.seed)
  const room = await openRoom(services, random)
  const { followers, conversationId, ledger } = room
  const ends = await live(services, room, random, options)
  await room.finishWriting()
  const verdicts = followers.map((follower) => verdictOf(services.databaseFile, follower, conversationId))
  const result = { ...ends, followers: await Promise.all(verdicts) }
  await Promise.all(followers.map((follower) => follower.stop()))
  return { ...result, findings: await inspect(services.databaseFile, ledger) }
}

/** Some who write without end, and some who read, two of them in other languages. */
async function openRoom(services: OwnServices, random: Random) {
  const ledger = new Ledger()
  const people = await registerAll(services.gatewayUrl, [...Array(writerCount).fill('en'), ...readerLanguages])
  const [owner, ...others] = people
  if (!owner) throw new Error('there is a writer')
  const conversationId = await owner.createConversation('on shaky ground', others)
  const followers = people.map((person) => follow(services, person))
  await allReturned(followers)
  const pens = followers.slice(0, writerCount).map((follower) => {
    const own = new Random(random.integer(0, 2 ** 31))
    const [texts, pause] = [fewSentences('en', sentences, own), () => delay(own.integer(0, longestPauseMs))]
    return keepWriting(follower, { conversationId, ledger, random: own, texts, pause })
  })
  const writing = Promise.all(pens.map((pen) => pen.work))
  writing.catch(() => {}) // whoever races with it sees it
  const finishWriting = () => Promise.all(pens.map((pen) => pen.finish()))
  return { conversationId, ledger, followers, writing, finishWriting }
}

/** One life of the gateway after the other. */
async function live(
  services: OwnServices,
  { followers, writing }: Awaited<ReturnType<typeof openRoom>>,
  random: Random,
  { kills, stopEvery = 10, onKill }: GatewayKillsOptions,
) {
  const { gateway, translation } = services
  const [readyMs, stops]: [number[], StopResult[]] = [[], []]
  let [translationKills, killsAmidCatchUp] = [0, 0]
  for (let kill = 1; kill <= kills; kill += 1) {
    // A refusal ends the test at once.
    await Promise.race([delay(random.integer(shortestLifeMs, longestLifeMs)), writing])
    if (followers.some(({ isCurrent }) => !isCurrent)) killsAmidCatchUp += 1
    await gateway.kill()
    if (kill % translationEvery === 0) {
      await translation.kill()
      translationKills += 1
      await translation.start()
    }
    readyMs.push(await gateway.start())
    onKill?.(kill)
    if (kill % stopEvery !== 0) continue
    await allReturned(followers)
    stops.push(await stopInOrder(services, followers))
    readyMs.push(await gateway.start())
  }
  return { readyMs, stops, translationKills, killsAmidCatchUp }
}

function allReturned(followers: readonly Follower[]): Promise<void> {
  return waitFor(() => followers.every(({ isCurrent }) => isCurrent), { what: 'everybody', timeoutMs: returnLimitMs })
}

/** SIGTERM under load. */
async function stopInOrder({ gateway }: OwnServices, followers: readonly Follower[]): Promise<StopResult> {
  const before = followers.map(({ ends }) => ends.length)
  const sockets = followers.filter(({ isCurrent }) => isCurrent).length
  const startedAt = performance.now()
  const exitCode = await gateway.stop()
  const milliseconds = performance.now() - startedAt
  const ends = followers.flatMap((follower, index) => follower.ends[before[index] ?? 0] ?? [])
  const restarts = ends.filter(({ code }) => code === 1012)
  const differentHints = new Set(restarts.map(({ reason }) => reason)).size
  return { exitCode, milliseconds, sockets, closedForRestart: restarts.length, differentHints }
}
