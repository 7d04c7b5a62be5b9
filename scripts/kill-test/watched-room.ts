import { randomUUID } from 'node:crypto'
import type { ChatClient } from '../lib/chat-client.js'
import { Ledger } from '../lib/durability/ledger.js'
import { openRoom } from '../lib/room.js'

const resendMs = 50

/** A room behind the gateway, with an account of what its writer was told and what its readers got. */
export async function openWatchedRoom(gatewayUrl: string) {
  const { conversationId, writer, readers, nextText } = await openRoom(gatewayUrl)
  const ledger = new Ledger()

  function compose() {
    const [clientMessageId, text] = [randomUUID(), nextText()]
    const entry = ledger.open({ conversationId, senderId: writer.id, clientMessageId }, text)
    return async () => ledger.acknowledge(entry, await writer.say(conversationId, text, clientMessageId))
  }
  return {
    ledger,
    sendSome: (count: number) => Promise.all(Array.from({ length: count }, () => compose()())),
    /** The gateway's link needs a moment after a restart: like a real client, try until it answers. */
    sendUntilTaken: (limitMs: number) => retry(limitMs, compose()),
    /** How many outcomes of acknowledged messages have not reached their readers. */
    countUnseen() {
      const ids = [...ledger.entries.values()].map(({ acknowledged }) => acknowledged?.id ?? '')
      return readers.map(outcomesOf).flatMap((seen) => ids.filter((id) => !seen.has(id))).length
    },
  }
}

/** The messages that need no more for this reader: translated, reported as not translated, or in their own language. */
function outcomesOf({ socket, profile }: ChatClient): Set<string> {
  const seen = new Set<string>()
  for (const { frame } of socket.received) {
    if (frame.type === 'message.new') {
      const { id, originalLanguage, translations } = frame.data
      // A short text may be taken for another language than its writer's.
      if (originalLanguage === profile.language || translations[profile.language]?.status === 'ready') seen.add(id)
    }
    if (frame.type === 'message.translated' || frame.type === 'message.translation_failed') {
      seen.add(frame.data.messageId)
    }
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
      await new Promise((resolve) => setTimeout(resolve, resendMs))
    }
  }
}
