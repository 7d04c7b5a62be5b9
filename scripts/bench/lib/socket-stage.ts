import { openDatabase } from '@meeshy/shared/database/open'
import type { PrismaClient } from '@meeshy/shared/generated/prisma/client'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { Audience, type Heard, type Play } from '../audience/audience.js'
import { socketSettings, startGatewayProcess } from './gateway.js'
import type { MeasuredProcess } from './measured-process.js'
import type { BenchRoom } from './room.js'
import { BenchService } from './service.js'
import { signAllIn } from './signed-in.js'

/** What was heard, and the microseconds of processor time that it cost. */
export interface Measured extends Heard {
  /** Of the server that people are connected to. */
  serverCpu: number
  /** Of the translation service behind it; 0 where there is none. */
  serviceCpu: number
}

/** A server with everybody connected. */
export interface Stage {
  conversationIds: string[]
  measure(play: Play): Promise<Measured>
  close(): Promise<void>
}

/** The gateway and the translation service, a process each, and everybody connected from a third. */
export class SocketStage implements Stage {
  private constructor(
    private readonly gateway: MeasuredProcess<{ port: number }>,
    private readonly service: BenchService,
    private readonly audience: Audience,
    private readonly remove: () => Promise<void>,
    readonly conversationIds: string[],
  ) {}

  /**
   * @param createRooms writes people and their rooms, into an empty database
   * @param profiles the folder where the gateway writes what it did with its processor time
   */
  static async open(
    createRooms: (database: PrismaClient) => Promise<BenchRoom[]>,
    profiles?: string,
  ): Promise<SocketStage> {
    const { url, remove } = await createTestDatabase()
    const service = await BenchService.start(url)
    const settings = socketSettings(url, service)
    const database = await openDatabase(url)
    const rooms = await createRooms(database)
    const people = await signedIn(database, rooms, settings.JWT_SECRET ?? '')
    await database.$disconnect()
    const gateway = await startGatewayProcess(settings, profiles)
    const audience = await Audience.seat({ dialect: 'gateway', port: gateway.ready.port, people })
    return new SocketStage(
      gateway,
      service,
      audience,
      remove,
      rooms.map(({ conversationId }) => conversationId),
    )
  }

  async measure(play: Play): Promise<Measured> {
    let heard: Heard | undefined
    let serverCpu = 0
    const serviceCpu = await this.service.cpuOf(async () => {
      serverCpu = await this.gateway.cpuOf(async () => {
        heard = await this.audience.hear(play)
      })
    })
    if (!heard) throw new Error('the audience has answered')
    return { ...heard, serverCpu, serviceCpu }
  }

  async close(): Promise<void> {
    await this.audience.stop()
    await this.gateway.stop()
    await this.service.stop()
    await this.remove()
  }
}

/** Everybody who is in one of the rooms. */
async function signedIn(database: PrismaClient, rooms: readonly BenchRoom[], jwtSecret: string) {
  const conversationIds = new Map<string, string[]>()
  for (const { conversationId, memberIds } of rooms) {
    for (const id of memberIds) conversationIds.set(id, [...(conversationIds.get(id) ?? []), conversationId])
  }
  const tokens = await signAllIn(database, [...conversationIds.keys()], jwtSecret)
  return [...conversationIds.values()].map((ids, index) => ({ token: tokens[index] ?? '', conversationIds: ids }))
}
