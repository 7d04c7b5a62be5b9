import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import type { ChatClient } from '../lib/chat-client.js'
import { Ledger } from '../lib/durability/ledger.js'
import { fewSentences, follow, keepWriting, registerAll } from '../lib/follower/crowd.js'
import { FaultyProxy } from '../lib/follower/faulty-proxy.js'
import { Follower } from '../lib/follower/follower.js'
import type { OwnServices } from '../lib/follower/own-services.js'
import { Random } from '../lib/random.js'
import type { Cuttable } from './faults.js'

const writerLanguages = ['fr', 'fr', 'en'] as const
const readerLanguages = ['en', 'de', 'fr', 'en', 'de', 'en', 'en', 'fr'] as const
const sentences = 60
const longestPauseMs = 80

export interface BadLines {
  conversationId: string
  ledger: Ledger
  readers: Cuttable[]
  /** The person behind the first reader. */
  reader: ChatClient
  /** Lets the writers come to an end. */
  finishWriting(): Promise<unknown>
}

/** A room in which some write on good lines, and others read on lines that can be broken. */
export async function openBadLines(services: OwnServices, random: Random): Promise<BadLines> {
  const writers = await registerAll(services.gatewayUrl, writerLanguages)
  const people = await registerAll(services.gatewayUrl, readerLanguages)
  const [[owner, ...others], [reader]] = [writers, people]
  if (!owner || !reader) throw new Error('there are writers and readers')
  const conversationId = await owner.createConversation('on bad lines', [...others, ...people])
  const ledger = new Ledger()
  const pens = writers.map((writer, index) => {
    const own = new Random(random.integer(0, 2 ** 31))
    const texts = fewSentences(writerLanguages[index] ?? 'fr', sentences, own)
    const pause = () => delay(own.integer(0, longestPauseMs))
    return keepWriting(follow(services, writer), { conversationId, ledger, random: own, texts, pause })
  })
  const readers = await Promise.all(people.map((person) => readOnBadLine(services, person)))
  await waitFor(() => readers.every(({ follower }) => follower.isCurrent), { what: 'the readers' })
  const finishWriting = () => Promise.all(pens.map((pen) => pen.finish()))
  return { conversationId, ledger, readers, reader, finishWriting }
}

async function readOnBadLine({ gatewayUrl, gatewayPort }: OwnServices, person: ChatClient): Promise<Cuttable> {
  const proxy = await FaultyProxy.start(gatewayPort)
  const follower = new Follower({ socketUrl: proxy.url, restUrl: gatewayUrl, person })
  follower.start()
  return { proxy, follower }
}
