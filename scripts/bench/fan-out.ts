import { parseArgs } from 'node:util'
import { runCommand, Stop } from '../lib/command.js'
import { names, type Pace, Servers, type SideName, titles } from './fan-out/sides.js'
import { type Figures, median } from './lib/figures.js'
import { loadAverage, printConditions, printTable, type Row } from './lib/table.js'
import { roundsInTurns } from './lib/turns.js'

/** Everybody speaks alone, or sixteen speak at once, as in a busy room. */
const shapes = {
  single: { title: 'single messages', atOnce: 1, deliveriesPerSecond: 10_000, least: 10 },
  busy: { title: '16 at once', atOnce: 16, deliveriesPerSecond: 16_000, least: 32 },
}
type Shape = (typeof shapes)[keyof typeof shapes]
/** A smaller room gets messages as often as one of this size. */
const smallRoom = 100

/**
 * What a delivery costs the server: `npm run bench:fan-out`. One room, everybody in it connected from another process,
 * which takes every message and sees that it is the next one and has the same bytes on all sides. The gateway and the
 * translation service, which stores every message, against servers that only hand it on: Socket.IO (WebSocket alone,
 * `io.to(room).emit`), ws with JSON for each recipient, and bare sockets that get one buffer without WebSocket.
 *
 * The gateway stands there twice. A message that a member sends over it costs it more than its deliveries: it is
 * checked, and stored by a call to the translation service. Sent elsewhere, as by another gateway, it comes out of the
 * event feed, and what is left is the work of delivering it.
 *
 * Messages come at the same fixed rate for all, and faster in small rooms: 10,000 deliveries a second at every size,
 * which is 100 messages for 100 members and 2 for 5,000; at lower rates, what a process does when idle would count more
 * than deliveries. Sixteen at once make 16,000. Where messages are rare, a round is longer than `--seconds`, so that it
 * has 10 of them, or two times sixteen. Everybody reads the language that they are written in.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      members: { type: 'string', default: '100,1000,5000' },
      shapes: { type: 'string', default: 'single,busy' },
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '5' },
      profiles: { type: 'string' },
    },
  })
  const chosen = values.shapes.split(',').map(shapeOf)
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
  const loadBefore = loadAverage()
  const rows: Row[] = []
  for (const members of values.members.split(',').map(Number)) {
    const servers = await Servers.open(members, values.profiles)
    for (const shape of chosen) {
      const found = await roundsInTurns(servers.sides(paceOf(shape, members, seconds)), rounds)
      compareSizes(found)
      rows.push(...rowsOf(`${members} members, ${shape.title}`, found))
    }
    await servers.close()
  }
  const ratios = ['÷ the gateway, sent elsewhere', '÷ sent by a member']
  printTable(['CPU of the server, µs a delivery', 'median', 'least', 'most', ...ratios], rows)
  printConditions(rounds, loadBefore)
  return 0
})

function shapeOf(name: string): Shape {
  if (name === 'single' || name === 'busy') return shapes[name]
  throw new Stop(`--shapes takes ${Object.keys(shapes).join(' and ')}, not ${name}`)
}

function paceOf({ atOnce, deliveriesPerSecond, least }: Shape, members: number, seconds: number): Pace {
  const perSecond = deliveriesPerSecond / Math.max(members, smallRoom)
  const messages = atOnce * Math.round(Math.max(least, perSecond * seconds) / atOnce)
  return { messages, perSecond, atOnce }
}

/** Everybody has counted what came; here it is seen that it was the same from all. */
function compareSizes(found: Record<SideName, Figures[]>): void {
  for (const name of names) {
    found[name].forEach(({ bytes }, round) => {
      const expected = found.elsewhere[round]?.bytes
      if (bytes !== expected)
        throw new Stop(`${titles[name]}: ${bytes} bytes a message, ${titles.elsewhere} ${expected}`)
    })
  }
}

function rowsOf(title: string, found: Record<SideName, Figures[]>): Row[] {
  const costs = (name: SideName, figure: 'cpu' | 'together') => found[name].map((figures) => figures[figure] ?? 0)
  const [elsewhere, member] = [median(costs('elsewhere', 'cpu')), median(costs('member', 'cpu'))]
  const row = (who: string, all: number[]): Row => {
    const cost = median(all)
    return [`${title}, ${who}`, cost, Math.min(...all), Math.max(...all), cost / elsewhere, cost / member]
  }
  return [
    ...names.map((name) => row(titles[name], costs(name, 'cpu'))),
    ...(['elsewhere', 'member'] as const).map((name) =>
      row(`${titles[name]}, and the translation service`, costs(name, 'together')),
    ),
  ]
}
