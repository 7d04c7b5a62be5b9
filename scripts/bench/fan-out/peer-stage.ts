import { fileURLToPath } from 'node:url'
import { newId } from '@meeshy/shared/ids'
import { Audience, type Heard, type Play } from '../audience/audience.js'
import { MeasuredProcess } from '../lib/measured-process.js'
import type { Measured, Stage } from '../lib/socket-stage.js'
import type { PeerName, PeerOptions } from './peer-process.js'

const script = fileURLToPath(new URL('./peer-process.ts', import.meta.url))

/** One of the servers that the gateway is compared with, and everybody connected to it. */
export class PeerStage implements Stage {
  readonly conversationIds: string[]

  private constructor(
    private readonly server: MeasuredProcess<{ port: number }>,
    private readonly audience: Audience,
    conversationId: string,
  ) {
    this.conversationIds = [conversationId]
  }

  static async open(name: PeerName, members: number): Promise<PeerStage> {
    const server = await MeasuredProcess.start<{ port: number }>(script, { options: { name } satisfies PeerOptions })
    const conversationId = newId()
    const people = Array.from({ length: members }, () => ({ userId: '', token: '', conversationIds: [conversationId] }))
    return new PeerStage(
      server,
      await Audience.seat({ dialect: name, port: server.ready.port, people }),
      conversationId,
    )
  }

  async measure(play: Play): Promise<Measured> {
    let heard: Heard | undefined
    const serverCpu = await this.server.cpuOf(async () => {
      heard = await this.audience.hear(play)
    })
    if (!heard) throw new Error('the audience has answered')
    return { ...heard, serverCpu, serviceCpu: 0 }
  }

  async close(): Promise<void> {
    await this.audience.stop()
    await this.server.stop()
  }
}
