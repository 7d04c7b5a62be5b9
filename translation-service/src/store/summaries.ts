import { placeholders } from '@meeshy/shared/database/sql'
import type { ConversationState } from '@meeshy/shared/generated/prisma/client'
import type { Language } from '@meeshy/shared/languages'
import type { Message } from './convert.js'
import type { Reads } from './database.js'
import { readLastMessages } from './messages.js'
import type { Member } from './permissions.js'
import { readOwnMarks, seqBefore } from './read-marks.js'
import type { Stored } from './rows.js'

export interface Summary {
  lastSeq: number
  lastEventSeq: number
  lastActivityAt: string | null
  readSeq: number
  unreadCount: number
  lastMessage: Message | null
}

/** Where conversations stand for one of their members each; the same user in all of them. */
export async function readSummaries(
  reads: Reads,
  memberships: ReadonlyMap<string, Member>,
): Promise<Map<string, Summary>> {
  const conversationIds = [...memberships.keys()]
  const [member] = memberships.values()
  if (!member) return new Map()
  // Marks before counters: a message that comes in between does not put a mark beyond the last message.
  const marks = await readOwnMarks(reads, member.userId, conversationIds)
  const states = await readStates(reads, conversationIds)
  const lastMessages = await readLastOf(reads, memberships)
  const summaries = new Map<string, Summary>()
  for (const [conversationId, { joinedAt }] of memberships) {
    const { lastSeq = 0, lastEventSeq = 0, lastActivityAt = null } = states.get(conversationId) ?? {}
    const readSeq = marks.get(conversationId) ?? (await seqBefore(reads, conversationId, lastSeq, joinedAt))
    const lastMessage = lastMessages.get(conversationId) ?? null
    const unreadCount = lastSeq - readSeq
    summaries.set(conversationId, { lastSeq, lastEventSeq, lastActivityAt, readSeq, unreadCount, lastMessage })
  }
  return summaries
}

type StateRow = Stored<ConversationState>

/** The counters of conversations, as far as anything was written in them. */
export async function readStates(reads: Reads, conversationIds: readonly string[]): Promise<Map<string, StateRow>> {
  const rows = await reads.all<StateRow>(
    `SELECT * FROM "ConversationState" WHERE "conversationId" IN (${placeholders(conversationIds)})`,
    ...conversationIds,
  )
  return new Map(rows.map((row) => [row.conversationId, row]))
}

/** One query for each language that the user reads in: mostly one. */
async function readLastOf(reads: Reads, memberships: ReadonlyMap<string, Member>): Promise<Map<string, Message>> {
  const byLanguage = new Map<Language, string[]>()
  for (const [conversationId, { reader }] of memberships) {
    byLanguage.set(reader.language, [...(byLanguage.get(reader.language) ?? []), conversationId])
  }
  const found = new Map<string, Message>()
  for (const [language, conversationIds] of byLanguage) {
    for (const message of await readLastMessages(reads, conversationIds, language)) {
      found.set(message.conversationId, message)
    }
  }
  return found
}
