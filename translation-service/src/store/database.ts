import type { PrismaClient } from '@meeshy/shared/generated/prisma/client'
import { GroupCommit } from './group-commit.js'

type ReadOnly<Table> = Pick<Table, Extract<keyof Table, 'findUnique' | 'findFirst' | 'findMany' | 'count'>>

/** The tables this service owns. */
export type MessageTables = Pick<
  PrismaClient,
  'conversationState' | 'message' | 'messageTranslation' | 'translationMemory' | 'messageEvent' | 'databaseInfo'
>

/** The tables of people and rooms: for permissions and reading languages, never to be written here. */
export interface PeopleTables {
  user: ReadOnly<PrismaClient['user']>
  conversationMember: ReadOnly<PrismaClient['conversationMember']>
}

export interface TranslationDatabase extends MessageTables, PeopleTables {
  /**
   * Runs a write in a transaction that it may share with other writes, and answers once it is on disk. The work runs
   * again when the transaction it shared had to be given up, so it must do nothing but use the tables.
   */
  write<Result>(work: (tables: MessageTables) => Promise<Result>): Promise<Result>
  /** Answers when the database does. */
  ping(): Promise<void>
}

/** Narrows the client to what this service may touch. */
export function translationDatabase(prisma: PrismaClient): TranslationDatabase {
  // Up to 64 writes share a transaction, so it may take longer than one.
  const commit = new GroupCommit<MessageTables>((work) =>
    prisma.$transaction(work, { maxWait: 10_000, timeout: 10_000 }),
  )
  return {
    conversationState: prisma.conversationState,
    message: prisma.message,
    messageTranslation: prisma.messageTranslation,
    translationMemory: prisma.translationMemory,
    messageEvent: prisma.messageEvent,
    databaseInfo: prisma.databaseInfo,
    user: prisma.user,
    conversationMember: prisma.conversationMember,
    write: (work) => commit.run(work),
    ping: async () => {
      await prisma.$queryRaw`SELECT 1`
    },
  }
}
