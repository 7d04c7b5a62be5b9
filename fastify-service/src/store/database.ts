import type { PrismaClient } from '@meeshy/shared/generated/prisma/client'

/** The tables of people and rooms. There are no messages here: a query on them does not compile. */
export type GatewayTables = Pick<
  PrismaClient,
  | 'user'
  | 'session'
  | 'passwordReset'
  | 'attemptCount'
  | 'block'
  | 'friendRequest'
  | 'group'
  | 'groupMember'
  | 'conversation'
  | 'conversationMember'
  | 'shareLink'
  | 'notification'
  | 'feedCursor'
>

export interface GatewayDatabase extends GatewayTables {
  /** Runs `work` in one transaction; it sees the same tables. */
  transaction<Result>(work: (tables: GatewayTables) => Promise<Result>): Promise<Result>
  /** Answers when the database does. */
  ping(): Promise<void>
}

/** Narrows the client to what the gateway owns. */
export function gatewayDatabase(prisma: PrismaClient): GatewayDatabase {
  const {
    user,
    session,
    passwordReset,
    attemptCount,
    block,
    friendRequest,
    group,
    groupMember,
    conversation,
    conversationMember,
    shareLink,
    notification,
    feedCursor,
  } = prisma
  return {
    user,
    session,
    passwordReset,
    attemptCount,
    block,
    friendRequest,
    group,
    groupMember,
    conversation,
    conversationMember,
    shareLink,
    notification,
    feedCursor,
    transaction: (work) => prisma.$transaction((tables) => work(tables)),
    ping: async () => {
      await prisma.$queryRaw`SELECT 1`
    },
  }
}
