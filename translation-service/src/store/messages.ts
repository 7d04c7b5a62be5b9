import { createHmac } from 'node:crypto'
import { newId } from '@meeshy/shared/ids'
import type { Language } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import { type Message, toMessage } from './convert.js'
import type { MessageTables } from './database.js'
import type { Outcome } from './outcome.js'
import { newTranslationRow } from './translations.js'

export interface NewMessage {
  conversationId: string
  senderId: string
  clientMessageId: string
  content: string
  originalLanguage: string
  languageSource: string
  replyToId?: string
  /** The languages that the members need: with what is known already, or null for what has to be translated. */
  translations: ReadonlyMap<Language, Outcome | null>
}

/**
 * Stores a message with its sequence number, its event and a row for every language it is needed in. A repeat of a
 * `clientMessageId` answers with the message that is there.
 *
 * @throws Problem client_message_id_reused when the id belongs to another text or conversation
 */
export async function createMessage(
  tables: MessageTables,
  contentKey: string,
  message: NewMessage,
): Promise<{ message: Message; created: boolean }> {
  const { translations: outcomes, ...columns } = message
  const { content, conversationId, senderId, clientMessageId } = message
  const contentHash = createHmac('sha256', contentKey).update(content).digest('base64url')
  const known = await tables.message.findUnique({ where: { senderId_clientMessageId: { senderId, clientMessageId } } })
  if (known) {
    if (known.contentHash !== contentHash || known.conversationId !== conversationId) {
      throw new Problem(
        'client_message_id_reused',
        'This clientMessageId was used for another message. Choose a new one.',
      )
    }
    const translations = await tables.messageTranslation.findMany({ where: { messageId: known.id } })
    return { message: toMessage({ ...known, translations }), created: false }
  }
  await requireReplyTarget(tables, message)
  const { lastSeq: seq, lastEventSeq: eventSeq } = await tables.conversationState.upsert({
    where: { conversationId },
    create: { conversationId, lastSeq: 1, lastEventSeq: 1 },
    update: { lastSeq: { increment: 1 }, lastEventSeq: { increment: 1 }, lastActivityAt: new Date() },
  })
  const row = await tables.message.create({ data: { ...columns, id: newId(), seq, contentHash } })
  const { id: messageId, revision } = row
  const translations = await tables.messageTranslation.createManyAndReturn({
    data: [...outcomes].map(([language, outcome]) => newTranslationRow(messageId, language, outcome)),
  })
  await tables.messageEvent.create({ data: { conversationId, eventSeq, type: 'new', messageId, revision } })
  return { message: toMessage({ ...row, translations }), created: true }
}

async function requireReplyTarget(tables: MessageTables, { replyToId, conversationId }: NewMessage): Promise<void> {
  if (replyToId === undefined) return
  const target = await tables.message.findUnique({ where: { id: replyToId }, select: { conversationId: true } })
  if (target?.conversationId === conversationId) return
  throw new Problem('not_found', 'The message to reply to is not in this conversation.')
}

/** The conversation of a message, or null. */
export async function readConversationOf(tables: MessageTables, messageId: string): Promise<string | null> {
  const row = await tables.message.findUnique({ where: { id: messageId }, select: { conversationId: true } })
  return row?.conversationId ?? null
}

/** One message with its translation into one language, or null. */
export async function readMessage(tables: MessageTables, id: string, language: Language): Promise<Message | null> {
  const row = await tables.message.findUnique({ where: { id }, include: { translations: { where: { language } } } })
  return row && toMessage(row)
}

export interface HistoryPage {
  conversationId: string
  before?: number
  after?: number
  limit: number
  /** The language whose translations come with the messages. */
  language: Language
}

/** A page of history by key: the newest messages before a number, or the first after one; ascending either way. */
export async function readHistory(
  tables: MessageTables,
  { conversationId, before, after, limit, language }: HistoryPage,
): Promise<{ messages: Message[]; hasMore: boolean }> {
  const forward = after !== undefined
  const seq = forward ? { gt: after } : before === undefined ? {} : { lt: before }
  const rows = await tables.message.findMany({
    where: { conversationId, seq },
    orderBy: { seq: forward ? 'asc' : 'desc' },
    // One more than asked for tells whether there are more.
    take: limit + 1,
    include: { translations: { where: { language } } },
  })
  const page = rows.slice(0, limit).map(toMessage)
  return { messages: forward ? page : page.reverse(), hasMore: rows.length > limit }
}
