import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ServerFrame } from '@meeshy/shared/frames'
import type { Event__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import type { Message__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Translation__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import { type Reader, wantedLanguage } from '@meeshy/shared/reader-view'
import type { Context } from '../context.js'
import { presentMessage } from '../grpc/present.js'
import { serialiseFrame } from './frames.js'

/** After so many sockets others get their turn: a big room must not hold up everybody. */
const socketsPerTurn = 250

/** Hands a message event to the members it is for, on every device of theirs that is connected here. */
export async function fanOut(context: Pick<Context, 'rooms' | 'hub'>, event: Event__Output): Promise<void> {
  const { message } = event
  if (!message) return
  const frameFor = composer(event, message)
  // Everybody who wants the same language gets the same bytes, made once; null for those the event is not for.
  const variants = new Map<string | null, Buffer | null>()
  let sockets = 0
  for (const [userId, reader] of await context.rooms.read(event.conversationId)) {
    const connections = context.hub.connectionsOf(userId)
    if (connections.size === 0) continue
    const wanted = wantedLanguage(reader, message.originalLanguage)
    let bytes = variants.get(wanted)
    if (bytes === undefined) {
      const frame = frameFor(reader, wanted)
      bytes = frame && serialiseFrame(frame)
      variants.set(wanted, bytes)
    }
    if (!bytes) continue
    for (const connection of [...connections]) {
      connection.write(bytes)
      sockets += 1
      if (sockets % socketsPerTurn === 0) await nextTurn()
    }
  }
  // Sockets write between turns only: a backlog handed over in one would look like slow consumers.
  if (sockets > 0) await nextTurn()
}

type Compose = (reader: Reader, wanted: string | null) => ServerFrame | null

/** How this event looks to a reader; null for those it does not concern, and for kinds that are not known here. */
function composer(event: Event__Output, message: Message__Output): Compose {
  const { conversationId, eventSeq, type, language, revision } = event
  const place = { conversationId, eventSeq }
  if (type === 'new' || type === 'edited') {
    return (reader) => ({ type: `message.${type}`, ...place, data: presentMessage(message, reader) })
  }
  if (type === 'deleted') {
    const { id: messageId, seq } = message
    return () => ({ type: 'message.deleted', ...place, data: { messageId, seq } })
  }
  // As the translation is now: a later event follows when it is not what this one announced.
  const translation = message.translations.find((one) => one.language === language && one.revision === revision)
  const frame = translation && !message.deletedAt ? translationFrame(type, place, message.id, translation) : null
  return (_, wanted) => (wanted === language ? frame : null)
}

function translationFrame(
  type: string,
  place: { conversationId: string; eventSeq: number },
  messageId: string,
  { language, revision, status, text, reason, model, confidence }: Translation__Output,
): ServerFrame | null {
  if (type === 'translated' && status === 'ready' && text !== undefined) {
    const made = { model: model ?? null, confidence: confidence ?? null }
    return { type: 'message.translated', ...place, data: { messageId, revision, language, text, ...made } }
  }
  if (type === 'translation_failed' && (status === 'failed' || status === 'skipped')) {
    const data = { messageId, revision, language, status, reason: reason ?? null }
    return { type: 'message.translation_failed', ...place, data }
  }
  return null
}
