import { parseArgs } from 'node:util'
import { runCommand } from '../lib/command.js'
import { say } from '../lib/terminal.js'
import { type Figures, median } from './lib/figures.js'
import { eachInFlight } from './lib/load.js'
import { loadAverage, printConditions, printTable, type Row } from './lib/table.js'
import { roundsInTurns, type Side } from './lib/turns.js'
import { Answers } from './rest/answers.js'
import { RestSide, type SideSettings } from './rest/side.js'
import type { SideName } from './rest/side-process.js'
import { openStage, type Stage } from './rest/stage.js'

const paths = ['/api/users/me', '/api/conversations']
const servers = {
  hello: 'bare node:http, two words and no work',
  bare: 'bare node:http',
  gateway: 'the gateway',
  nestOnFastify: 'Nest on Fastify',
  nestOnExpress: 'Nest on Express',
} satisfies Record<SideName, string>

const startsAtOnce = 2

/** What everybody answered, by path. */
type Seen = Map<string, Answers>

/**
 * What a request costs the server: `npm run bench:rest`. The gateway against bare node:http, Nest on Fastify and Nest on
 * Express, which do the same work: the gateway's own token check and mapping, the same headers, counters and log line.
 * Once with all rows from memory; once with the queries, where Nest asks for the same rows through Prisma, as is usual
 * there, and bare node:http by the gateway's prepared statements; and with the call to the translation service.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '3000' },
      rounds: { type: 'string', default: '5' },
      'log-level': { type: 'string', default: 'info' },
      profiles: { type: 'string' },
    },
  })
  const [requests, rounds] = [Number(values.requests), Number(values.rounds)]
  const stage = await openStage(values['log-level'])
  const loadBefore = loadAverage()
  const seen: Seen = new Map()
  const measure = (fromMemory: boolean, count: number) =>
    measureAll(stage, { fromMemory, profiles: values.profiles }, { seen, count, rounds })
  const rows = [
    ...(await measure(true, requests)),
    // With their queries they take many times as long.
    ...(await measure(false, Math.ceil(requests / 5))),
  ]
  await stage.close()
  printTable(['CPU of the server, µs a request', 'median', 'least', 'most', '÷ bare', 'Nest on Express ÷ this'], rows)
  say(`all answers have the same content, size and names of headers: ${[...seen.values()].join(', ')}`)
  printConditions(rounds, loadBefore)
  return 0
})

async function measureAll(
  stage: Stage,
  settings: SideSettings,
  { seen, count, rounds }: { seen: Seen; count: number; rounds: number },
): Promise<Row[]> {
  const names = (Object.keys(servers) as SideName[]).filter((name) => settings.fromMemory || name !== 'hello')
  const sides = {} as Record<SideName, RestSide>
  await eachInFlight(names, startsAtOnce, async (name) => {
    sides[name] = await RestSide.start(name, stage, settings)
  })
  const rows: Row[] = []
  for (const path of paths) {
    const working = names.filter((name) => name !== 'hello')
    for (const name of working) await compare(seen, path, servers[name], sides[name])
    // Its answer is the same for every path.
    const measured = path === paths[0] ? names : working
    const asked = Object.fromEntries(measured.map((name) => [name, sides[name].requests(path, count)]))
    const found = await roundsInTurns(asked as Record<SideName, Side>, rounds)
    const title = (name: SideName) => `${path}${settings.fromMemory ? ' from memory' : ''}, ${servers[name]}`
    rows.push(...measured.map((name) => [title(name), ...figuresBeside(found, name)]))
  }
  await Promise.all(names.map((name) => sides[name].stop()))
  return rows
}

async function compare(seen: Seen, path: string, who: string, side: RestSide): Promise<void> {
  const answer = await side.answer(path)
  const answers = seen.get(path)
  if (answers) answers.compare(who, answer)
  else seen.set(path, new Answers(path, who, answer))
}

function figuresBeside(found: Record<SideName, Figures[]>, name: SideName): number[] {
  const costs = (of: SideName) => found[of].map(({ cpu = 0 }) => cpu)
  const cost = median(costs(name))
  return [
    cost,
    Math.min(...costs(name)),
    Math.max(...costs(name)),
    cost / median(costs('bare')),
    median(costs('nestOnExpress')) / cost,
  ]
}
