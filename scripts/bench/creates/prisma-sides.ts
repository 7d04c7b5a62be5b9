import { createHmac } from 'node:crypto'
import { openDatabase } from '@meeshy/shared/database/open'
import type { Prisma, PrismaClient } from '@meeshy/shared/generated/prisma/client'
import { newId } from '@meeshy/shared/ids'
import { eachInFlight } from '../lib/load.js'
import { atOnce, contentKey, type Draft, expiry, knownEntries, knownTranslation, type Writer } from './drafts.js'

/** The peer: one `create` of one row of a message, each its own commit, and nothing of what belongs to it. */
export async function openPrismaRowSide(url: string): Promise<Writer> {
  const database = await openDatabase(url)
  let seq = 0
  const create = ({ translations: _, content, ...columns }: Draft) => {
    seq += 1
    const row = { ...columns, id: newId(), seq, contentHash: hashOf(content), textId: seq }
    return database.message.create({ data: row })
  }
  return { write: (drafts) => eachInFlight(drafts, atOnce, create), close: () => database.$disconnect() }
}

/** All that belongs to a message, written with Prisma in an interactive transaction of its own. */
export async function openPrismaSide(url: string): Promise<Writer> {
  const database = await openDatabase(url)
  await rememberKnown(database)
  return {
    write: (drafts) =>
      eachInFlight(drafts, atOnce, (draft) =>
        database.$transaction((tables) => createMessage(tables, draft), patience),
      ),
    close: () => database.$disconnect(),
  }
}

/** Sixty-three others may come first. */
const patience = { maxWait: 60_000, timeout: 60_000 }

type Tables = Prisma.TransactionClient

async function createMessage(tables: Tables, message: Draft): Promise<void> {
  const { translations, content, ...columns } = message
  const { conversationId, senderId, clientMessageId } = columns
  await requireWriter(tables, conversationId, senderId)
  const known = await tables.message.findUnique({ where: { senderId_clientMessageId: { senderId, clientMessageId } } })
  if (known) throw new Error('every draft has an id of its own')
  const { lastSeq: seq, lastEventSeq: eventSeq } = await tables.conversationState.upsert({
    where: { conversationId },
    create: { conversationId, lastSeq: 1, lastEventSeq: 1 },
    update: { lastSeq: { increment: 1 }, lastEventSeq: { increment: 1 }, lastActivityAt: new Date() },
  })
  const { id: textId } = await tables.text.create({ data: { value: content } })
  const row = await tables.message.create({
    data: { ...columns, id: newId(), seq, contentHash: hashOf(content), textId },
  })
  const { id: messageId, revision } = row
  const data: Prisma.MessageTranslationCreateManyInput[] = []
  for (const [language, outcome] of translations.outcomes) {
    const entry = outcome?.status === 'ready' ? await recall(tables, outcome.memoryKey) : null
    data.push({ messageId, language, revision, status: entry ? 'ready' : 'pending', ...entry })
  }
  await tables.messageTranslation.createMany({ data })
  await tables.messageEvent.create({ data: { conversationId, eventSeq, type: 'new', messageId, revision } })
  const mark = { conversationId, userId: senderId, seq }
  const where = { conversationId_userId: { conversationId, userId: senderId } }
  await tables.messageReadStatus.upsert({ where, create: mark, update: { seq } })
}

async function requireWriter(tables: Tables, conversationId: string, userId: string): Promise<void> {
  const where = { conversationId_userId: { conversationId, userId } }
  const member = await tables.conversationMember.findUnique({ where, include: { user: true, conversation: true } })
  if (member?.conversation.type !== 'group') throw new Error('the writer is a member of the group')
}

async function recall(tables: Tables, key: string) {
  const entry = await tables.translationMemory.findUniqueOrThrow({ where: { key } })
  const { textId, model, confidence } = entry
  return { textId, model, confidence, cached: true }
}

async function rememberKnown(database: PrismaClient): Promise<void> {
  const entries = Array.from({ length: knownEntries }, (_, index) => knownTranslation(index))
  await database.text.createMany({ data: entries.map(({ text }, index) => ({ id: index + 1, value: text })) })
  await database.translationMemory.createMany({
    data: entries.map(({ memoryKey, model, confidence }, index) => {
      const languages = { source: 'fr', target: 'es' }
      return { key: memoryKey, ...languages, textId: index + 1, model, confidence, expiresAt: new Date(expiry()) }
    }),
  })
}

function hashOf(content: string): string {
  return createHmac('sha256', contentKey).update(content).digest('base64url')
}
