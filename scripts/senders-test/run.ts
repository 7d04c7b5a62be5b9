import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { type Findings, inspect } from '../lib/durability/findings.js'
import { Ledger, type Told } from '../lib/durability/ledger.js'
import { follow, registerAll } from '../lib/follower/crowd.js'
import type { Follower } from '../lib/follower/follower.js'
import { type OwnServices, withServices } from '../lib/follower/own-services.js'
import { type Verdict, verdictOf } from '../lib/follower/verdict.js'
import { Random } from '../lib/random.js'

const readerCount = 5
const longestStayMs = 400
const longestAwayMs = 300
/** Share of the sends that are made twice at the same time, as after an ack that got lost. */
const repeatedShare = 0.05

export interface SendersOptions {
  senders: number
  messagesEach: number
  /** Of the moments at which readers go, and of what is repeated. */
  seed: number
}

export interface SendersResult {
  findings: Findings
  sendMs: number
  /** Acks of repeats that named another message than the first ack. */
  otherMessages: number
  /** Of every reader, and of every sender's own device. */
  readers: Verdict[]
}

/** Many write into one room at once while its readers come and go. */
export async function runSenders(options: SendersOptions): Promise<SendersResult> {
  return withServices((services) => sendAll(services, options))
}

async function sendAll(services: OwnServices, { senders, messagesEach, seed }: SendersOptions): Promise<SendersResult> {
  const random = new Random(seed)
  const people = await registerAll(services.gatewayUrl, Array(senders + readerCount).fill('en'))
  const [owner, ...others] = people
  if (!owner) throw new Error('there is a sender')
  const conversationId = await owner.createConversation('everybody at once', others)
  const followers = people.map((person) => follow(services, person))
  await waitFor(() => followers.every(({ isCurrent }) => isCurrent), { what: 'everybody', timeoutMs: 30_000 })
  const [writing, reading] = [followers.slice(0, senders), followers.slice(senders)]

  const ledger = new Ledger()
  let [isOver, otherMessages] = [false, 0]
  const comingAndGoing = reading.map((reader) => comeAndGo(reader, random, () => isOver))
  const sendSome = async (sender: Follower) => {
    for (let number = 1; number <= messagesEach; number += 1) {
      const isRepeated = random.next() < repeatedShare
      const isSame = await sendOne(sender, ledger, { conversationId, content: `Message ${number}`, isRepeated })
      if (!isSame) otherMessages += 1
    }
  }
  const startedAt = performance.now()
  await Promise.all(writing.map(sendSome))
  const sendMs = performance.now() - startedAt
  isOver = true
  await Promise.all(comingAndGoing)
  const readers: Verdict[] = []
  for (const follower of [...reading, ...writing]) {
    readers.push(await verdictOf(services.databaseFile, follower, conversationId))
  }
  await Promise.all(followers.map((follower) => follower.stop()))
  return { findings: await inspect(services.databaseFile, ledger), sendMs, otherMessages, readers }
}

/** @returns false when a repeat was told of another message */
async function sendOne(
  sender: Follower,
  ledger: Ledger,
  { isRepeated, ...message }: { conversationId: string; content: string; isRepeated: boolean },
): Promise<boolean> {
  const clientMessageId = randomUUID()
  const entry = ledger.open({ ...message, senderId: sender.userId, clientMessageId }, message.content)
  const frame = { ...message, clientMessageId, originalLanguage: 'en' }
  const send = async () => (await sender.ask('message.send', frame)) as Told
  const [told, again] = await Promise.all([send(), isRepeated ? send() : undefined])
  ledger.acknowledge(entry, told)
  return again === undefined || again.id === told.id
}

async function comeAndGo(reader: Follower, random: Random, isOver: () => boolean): Promise<void> {
  const own = new Random(random.integer(0, 2 ** 31))
  while (!isOver()) {
    await delay(own.integer(0, longestStayMs))
    await reader.stop()
    await delay(own.integer(0, longestAwayMs))
    reader.start()
  }
}
