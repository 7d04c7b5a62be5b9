import type { PrismaClient } from '@meeshy/shared/generated/prisma/client'
import { Audience, type Heard, type Play } from '../audience/audience.js'
import type { BenchRoom } from './room.js'
import { Services } from './services.js'

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
    private readonly services: Services,
    private readonly audience: Audience,
  ) {}

  /**
   * @param createRooms writes people and their rooms, into an empty database
   * @param profiles the folder where the gateway writes what it did with its processor time
   */
  static async open(
    createRooms: (database: PrismaClient) => Promise<BenchRoom[]>,
    profiles?: string,
  ): Promise<SocketStage> {
    const services = await Services.open({ createRooms, profiles })
    const { gateway, service, people } = services
    const audience = await Audience.seat({
      ...{ dialect: 'gateway', port: gateway.ready.port, people },
      service: service.address,
    })
    return new SocketStage(services, audience)
  }

  get conversationIds(): string[] {
    return this.services.conversationIds
  }

  async measure(play: Play): Promise<Measured> {
    const { gateway, service } = this.services
    let heard: Heard | undefined
    let serverCpu = 0
    const serviceCpu = await service.cpuOf(async () => {
      serverCpu = await gateway.cpuOf(async () => {
        heard = await this.audience.hear(play)
      })
    })
    if (!heard) throw new Error('the audience has answered')
    return { ...heard, serverCpu, serviceCpu }
  }

  async close(): Promise<void> {
    await this.audience.stop()
    await this.services.close()
  }
}
