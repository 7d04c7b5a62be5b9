import type { Play } from '../audience/audience.js'
import { createRooms } from '../lib/room.js'
import { SocketStage, type Stage } from '../lib/socket-stage.js'
import type { Side } from '../lib/turns.js'
import type { PeerName } from './peer-process.js'
import { PeerStage } from './peer-stage.js'

/** What is compared, and how the table calls it. */
export const titles = {
  elsewhere: 'the gateway, sent elsewhere',
  member: 'the gateway, sent by a member',
  socketIo: 'Socket.IO',
  ws: 'ws, JSON for each',
  net: 'bare sockets, one buffer',
} satisfies Record<'elsewhere' | 'member' | PeerName, string>
export type SideName = keyof typeof titles
export const names = Object.keys(titles) as SideName[]

/** Messages at a fixed rate. */
export type Pace = Pick<Play, 'messages' | 'perSecond' | 'atOnce'>

/** The servers, with a room of so many members each. The two ways into the gateway have a room each, of the same people. */
export class Servers {
  private constructor(
    private readonly gateway: Stage,
    private readonly peers: Record<PeerName, Stage>,
  ) {}

  /** @param profiles the folder where the gateway writes what it did with its processor time */
  static async open(members: number, profiles: string | undefined): Promise<Servers> {
    const readers = Array<string>(members).fill('fr')
    const [gateway, socketIo, ws, net] = await Promise.all([
      SocketStage.open((database) => createRooms(database, readers, 2), profiles),
      PeerStage.open('socketIo', members),
      PeerStage.open('ws', members),
      PeerStage.open('net', members),
    ])
    return new Servers(gateway, { socketIo, ws, net })
  }

  /** By microseconds of processor time and bytes, a delivery. */
  sides(pace: Pace): Record<SideName, Side> {
    const [first = '', second = ''] = this.gateway.conversationIds
    const ofPeer = (name: PeerName) =>
      sideOf(this.peers[name], { conversationIds: this.peers[name].conversationIds, ...pace })
    return {
      elsewhere: sideOf(this.gateway, { conversationIds: [first], elsewhere: true, ...pace }),
      member: sideOf(this.gateway, { conversationIds: [second], ...pace }),
      socketIo: ofPeer('socketIo'),
      ws: ofPeer('ws'),
      net: ofPeer('net'),
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.gateway, ...Object.values(this.peers)].map((stage) => stage.close()))
  }
}

function sideOf(stage: Stage, play: Play): Side {
  return async () => {
    const { deliveries, bytes, serverCpu, serviceCpu } = await stage.measure(play)
    const [cpu, together] = [serverCpu / deliveries, (serverCpu + serviceCpu) / deliveries]
    return { cpu, together, bytes: bytes / deliveries }
  }
}
