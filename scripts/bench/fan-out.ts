import { parseArgs } from 'node:util'
import { runCommand, Stop } from '../lib/command.js'
import type { Play } from './audience/audience.js'
import type { PeerName } from './fan-out/peer-process.js'
import { PeerStage } from './fan-out/peer-stage.js'
import { type Figures, median } from './lib/figures.js'
import { createRoom } from './lib/room.js'
import { SocketStage, type Stage } from './lib/socket-stage.js'
import { loadAverage, printConditions, printTable, type Row } from './lib/table.js'
import { roundsInTurns, type Side } from './lib/turns.js'

const servers = {
  gateway: 'the gateway',
  socketIo: 'Socket.IO',
  ws: 'ws, JSON for each',
  net: 'bare sockets, one buffer',
} satisfies Record<'gateway' | PeerName, string>
type SideName = keyof typeof servers
const names = Object.keys(servers) as SideName[]

/** In the first shape everybody speaks alone, in the second as in a busy room. */
const shapes = [
  { title: 'single messages', atOnce: 1, deliveriesPerSecond: 10_000, mostPerSecond: 20 },
  { title: '16 at once', atOnce: 16, deliveriesPerSecond: 16_000, mostPerSecond: 64 },
]

/**
 * What a delivery costs the server: `npm run bench:fan-out`. One room, everybody in it connected from another process,
 * which takes every message and sees that it is the next one and has the same bytes on all sides. The gateway and the
 * translation service, which stores every message, against servers that only hand it on: Socket.IO (WebSocket alone,
 * `io.to(room).emit`), ws with JSON for each recipient, and bare sockets that get one buffer without WebSocket. Messages
 * come at the same fixed rate for all; everybody reads the language that they are written in.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      members: { type: 'string', default: '100,1000,5000' },
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '5' },
      profiles: { type: 'string' },
    },
  })
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
  const loadBefore = loadAverage()
  const rows: Row[] = []
  for (const members of values.members.split(',').map(Number)) {
    rows.push(...(await measureRoom(members, { seconds, rounds, profiles: values.profiles })))
  }
  printTable(['CPU of the server, µs a delivery', 'median', 'least', 'most', '÷ the gateway'], rows)
  printConditions(rounds, loadBefore)
  return 0
})

interface Options {
  seconds: number
  rounds: number
  /** The folder where the gateway writes what it did with its processor time. */
  profiles: string | undefined
}

async function measureRoom(members: number, { seconds, rounds, profiles }: Options): Promise<Row[]> {
  const stages = await openStages(members, profiles)
  const rows: Row[] = []
  for (const { title, atOnce, deliveriesPerSecond, mostPerSecond } of shapes) {
    const perSecond = Math.min(mostPerSecond, deliveriesPerSecond / members)
    const messages = atOnce * Math.max(1, Math.round((perSecond * seconds) / atOnce))
    const sides = Object.fromEntries(
      names.map((name) => [name, sideOf(stages[name], { messages, perSecond, atOnce })]),
    ) as Record<SideName, Side>
    const found = await roundsInTurns(sides, rounds)
    compareSizes(found)
    rows.push(...rowsOf(`${members} members, ${title}`, found))
  }
  for (const name of names) await stages[name].close()
  return rows
}

async function openStages(members: number, profiles: string | undefined): Promise<Record<SideName, Stage>> {
  const readers = Array<string>(members).fill('fr')
  return {
    gateway: await SocketStage.open(async (database) => [await createRoom(database, readers)], profiles),
    socketIo: await PeerStage.open('socketIo', members),
    ws: await PeerStage.open('ws', members),
    net: await PeerStage.open('net', members),
  }
}

function sideOf(stage: Stage, play: Omit<Play, 'conversationIds'>): Side {
  return async () => {
    const { conversationIds } = stage
    const { deliveries, bytes, serverCpu, serviceCpu } = await stage.measure({ conversationIds, ...play })
    const [cpu, together] = [serverCpu / deliveries, (serverCpu + serviceCpu) / deliveries]
    return { cpu, together, bytes: bytes / deliveries }
  }
}

/** Everybody has counted what came; here it is seen that it was the same from all. */
function compareSizes(found: Record<SideName, Figures[]>): void {
  for (const name of names) {
    found[name].forEach(({ bytes }, round) => {
      const expected = found.gateway[round]?.bytes
      if (bytes !== expected) throw new Stop(`${servers[name]}: ${bytes} bytes a message, the gateway ${expected}`)
    })
  }
}

function rowsOf(title: string, found: Record<SideName, Figures[]>): Row[] {
  const gateway = median(found.gateway.map(({ cpu = 0 }) => cpu))
  const row = (who: string, costs: number[]): Row => {
    const cost = median(costs)
    return [`${title}, ${who}`, cost, Math.min(...costs), Math.max(...costs), cost / gateway]
  }
  return [
    ...names.map((name) =>
      row(
        servers[name],
        found[name].map(({ cpu = 0 }) => cpu),
      ),
    ),
    row(
      'the gateway and the translation service',
      found.gateway.map(({ together = 0 }) => together),
    ),
  ]
}
