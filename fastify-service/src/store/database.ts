import type { PrismaClient } from '@meeshy/shared/generated/prisma/client'

const tables = [
  'user',
  'session',
  'passwordReset',
  'attemptCount',
  'block',
  'friendRequest',
  'group',
  'groupMember',
  'conversation',
  'conversationMember',
  'shareLink',
  'notification',
  'feedCursor',
] as const

/** The tables of people and rooms. There are no messages here: a query on them does not compile. */
export type GatewayTables = Pick<PrismaClient, (typeof tables)[number]>

export interface GatewayDatabase extends GatewayTables {
  /** Runs `work` in one transaction; it sees the same tables. */
  transaction<Result>(work: (tables: GatewayTables) => Promise<Result>): Promise<Result>
  /** Answers when the database does. */
  ping(): Promise<void>
}

/** Narrows the client to what the gateway owns. */
export function gatewayDatabase(prisma: PrismaClient): GatewayDatabase {
  return {
    ...(Object.fromEntries(tables.map((name) => [name, prisma[name]])) as unknown as GatewayTables),
    transaction: (work) => prisma.$transaction((inside) => work(inside)),
    ping: async () => {
      await prisma.$queryRaw`SELECT 1`
    },
  }
}
