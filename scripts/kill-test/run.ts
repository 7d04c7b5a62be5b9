import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnvironment } from '@meeshy/shared/config'
import { migrate } from '@meeshy/shared/database/migrate'
import type { ChatClient } from '../lib/chat-client.js'
import { openRoom } from '../lib/room.js'
import { loadConfigs, servicesOf } from '../lib/services.js'
import { ownSettings } from '../lib/stage.js'
import { countPending, type Findings, inspect } from './inspect.js'
import { NodeService } from './node-service.js'

const messagesPerRound = 5

export interface KillTestResult extends Findings {
  /** Milliseconds from each new start of the service until it was ready. */
  restartsMs: number[]
  /** Translations of acknowledged messages that were not made yet when the service was killed, in all rounds. */
  pendingAtKill: number
}

/**
 * Kills the translation service between the ack and the translation, `kills` times, under a gateway that stays up,
 * then waits for every translation and inspects what is stored.
 *
 * @param onRound called after each kill
 */
export async function runKillTest(kills: number, onRound: (round: number) => void = () => {}): Promise<KillTestResult> {
  const folder = mkdtempSync(join(tmpdir(), 'meeshy-kill-'))
  const environment = { ...readEnvironment(), ...(await ownSettings(folder)), SOCKET_SENDS_PER_10S: '100000' }
  const configs = loadConfigs({ ...environment, LOG_LEVEL: 'fatal' })
  await migrate(configs.gateway.DATABASE_URL)
  const [gateway, translation] = servicesOf(configs).map(
    (service) => new NodeService(service, { ...environment, LOG_LEVEL: 'fatal' }),
  ) as [NodeService, NodeService]
  try {
    await translation.start()
    await gateway.start()
    const room = await openWatchedRoom(servicesOf(configs)[0]?.url ?? '')
    const restartsMs: number[] = []
    let pendingAtKill = 0
    for (let round = 1; round <= kills; round += 1) {
      await room.sendSome(messagesPerRound)
      await translation.kill()
      pendingAtKill += await countPending(configs.gateway.DATABASE_URL)
      restartsMs.push(await translation.start())
      await room.sendUntilTaken()
      onRound(round)
    }
    await room.allTranslated()
    const findings = await inspect(configs.gateway.DATABASE_URL, room.conversationId, [...room.acknowledged.keys()])
    return { ...findings, restartsMs, pendingAtKill }
  } finally {
    await Promise.all([gateway.stop(), translation.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The room of the test, with an account of what was acknowledged and what the readers got. */
async function openWatchedRoom(gatewayUrl: string) {
  const { conversationId, writer, readers, nextText } = await openRoom(gatewayUrl)
  /** clientMessageId → id. */
  const acknowledged = new Map<string, string>()

  async function send(text: string, clientMessageId: string): Promise<void> {
    const { id } = await writer.say(conversationId, text, clientMessageId)
    acknowledged.set(clientMessageId, id)
  }
  const newMessage = () => [nextText(), randomUUID()] as const
  /** How many outcomes of acknowledged messages the readers have not got. */
  const untranslated = () => {
    const seen = readers.map(outcomesOf)
    return [...acknowledged.values()].flatMap((id) => seen.filter((outcomes) => !outcomes.has(id))).length
  }
  return {
    conversationId,
    acknowledged,
    sendSome: (count: number) => Promise.all(Array.from({ length: count }, () => send(...newMessage()))),
    /** The gateway's link needs a moment after a restart: like a real client, try until it answers. */
    sendUntilTaken: () => {
      const message = newMessage()
      return retry(30_000, () => send(...message))
    },
    allTranslated: () =>
      retry(120_000, async () => {
        if (untranslated() > 0) throw new Error(`${untranslated()} translations are missing`)
      }),
  }
}

/** The messages for which this reader has seen a translation, or the report that there is none. */
function outcomesOf({ socket, profile }: ChatClient): Set<string> {
  const seen = new Set<string>()
  for (const { frame } of socket.received) {
    if (frame.type === 'message.new' && frame.data.translations[profile.language]?.status === 'ready')
      seen.add(frame.data.id)
    if (frame.type === 'message.translated' || frame.type === 'message.translation_failed')
      seen.add(frame.data.messageId)
  }
  return seen
}

async function retry(limitMs: number, action: () => Promise<void>): Promise<void> {
  const end = performance.now() + limitMs
  for (;;) {
    try {
      return await action()
    } catch (error) {
      if (performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
