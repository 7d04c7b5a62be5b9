import { openDatabase } from '@meeshy/shared/database/open'
import { openSqlDatabase } from '@meeshy/shared/database/open-sql'
import { newId } from '@meeshy/shared/ids'
import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { type BenchRoom, createRoom } from '../lib/room.js'

/** One call of the contract, again and again. */
export interface Call {
  make(client: ContractClient, index: number): Promise<unknown>
  /** Fulfilled when nothing is left to do of what the calls have set off. */
  settled?(): Promise<void>
}

const messagesToRead = 100
const settledLimitMs = 60_000

/**
 * Calls in a room that reads what is written in it, and in one that needs it in three languages.
 *
 * @param client of the service that will be called
 */
export async function prepareCalls(databaseUrl: string, client: ContractClient) {
  const people = await openDatabase(databaseUrl)
  const quiet = await createRoom(people, ['fr', 'fr'])
  const mixed = await createRoom(people, ['fr', 'en', 'de', 'es'])
  await people.$disconnect()
  const database = await openSqlDatabase(databaseUrl)
  const isSettled = async () =>
    !(await database.get(`SELECT 1 FROM "MessageTranslation" WHERE "status" = 'pending' LIMIT 1`))
  const messageIds: string[] = []
  while (messageIds.length < messagesToRead) messageIds.push((await create(client, quiet)).message.id)
  const nextId = (index: number) => messageIds[index % messagesToRead] ?? ''
  return {
    read: { make: (by, index) => by.read({ messageId: nextId(index), userId: quiet.writerId }) } as Call,
    create: { make: (by) => create(by, quiet) } as Call,
    createTranslated: {
      make: (by) => create(by, mixed),
      settled: () => waitFor(isSettled, { what: 'the translations', timeoutMs: settledLimitMs }),
    } as Call,
    close: () => database.close(),
  }
}

function create(client: ContractClient, { conversationId, writerId: senderId }: BenchRoom) {
  return client.create({ conversationId, senderId, content: `À demain, ${newId()}`, originalLanguage: 'fr' })
}
