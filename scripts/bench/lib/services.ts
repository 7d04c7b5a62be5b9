import { openDatabase } from '@meeshy/shared/database/open'
import type { PrismaClient } from '@meeshy/shared/generated/prisma/client'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import type { Environment } from '../../lib/services.js'
import { socketSettings, startGatewayProcess } from './gateway.js'
import type { MeasuredProcess } from './measured-process.js'
import type { BenchRoom } from './room.js'
import { BenchService } from './service.js'
import { signAllIn } from './signed-in.js'

/** Somebody who has signed in. */
export interface BenchPerson {
  userId: string
  token: string
  conversationIds: string[]
}

interface Options {
  /** Writes people and their rooms, into an empty database. */
  createRooms(database: PrismaClient): Promise<BenchRoom[]>
  /** The folder where the gateway writes what it did with its processor time. */
  profiles?: string | undefined
  /** Of the gateway, beside those for thousands of sockets. */
  settings?: Environment
}

/** The gateway and the translation service, a process each, with people in rooms. */
export class Services {
  private constructor(
    readonly gateway: MeasuredProcess<{ port: number }>,
    readonly service: BenchService,
    /** Everybody who is in one of the rooms. */
    readonly people: BenchPerson[],
    readonly conversationIds: string[],
    private readonly remove: () => Promise<void>,
  ) {}

  static async open({ createRooms, profiles, settings }: Options): Promise<Services> {
    const { url, remove } = await createTestDatabase()
    const service = await BenchService.start(url)
    const environment = { ...socketSettings(url, service), ...settings }
    const database = await openDatabase(url)
    const rooms = await createRooms(database)
    const people = await signedIn(database, rooms, environment.JWT_SECRET ?? '')
    await database.$disconnect()
    const gateway = await startGatewayProcess(environment, profiles)
    const conversationIds = rooms.map(({ conversationId }) => conversationId)
    return new Services(gateway, service, people, conversationIds, remove)
  }

  async close(): Promise<void> {
    await this.gateway.stop()
    await this.service.stop()
    await this.remove()
  }
}

async function signedIn(database: PrismaClient, rooms: readonly BenchRoom[], jwtSecret: string) {
  const conversationIds = new Map<string, string[]>()
  for (const { conversationId, memberIds } of rooms) {
    for (const id of memberIds) conversationIds.set(id, [...(conversationIds.get(id) ?? []), conversationId])
  }
  const tokens = await signAllIn(database, [...conversationIds.keys()], jwtSecret)
  return [...conversationIds].map(([userId, ids], index) => ({
    ...{ userId, token: tokens[index] ?? '', conversationIds: ids },
  }))
}
