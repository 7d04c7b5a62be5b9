import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createLogger } from '@meeshy/shared/logging'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { loadConfig } from '../../fastify-service/src/config.js'
import { type Gateway, startGateway } from '../../fastify-service/src/gateway.js'
import { runCommand } from '../lib/command.js'
import { freshSecrets } from '../lib/env-file.js'
import { freePorts } from '../lib/ports.js'
import { request } from '../lib/rest-client.js'
import { say } from '../lib/terminal.js'
import { median, quantile } from './lib/figures.js'
import { loadAverage, printTable } from './lib/table.js'

const unlimited = '1000000'
const username = 'somebody'

/**
 * Whether the time of an answer tells an unknown person from a wrong password: `npm run bench:sign-in-timing`. Both
 * are asked for in turns, one at a time, so that whatever else the machine does slows both. Exit code 1 when their
 * medians differ by more than the tolerance.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      tries: { type: 'string', default: '500' },
      cost: { type: 'string', default: '12' },
      tolerance: { type: 'string', default: '5' },
    },
  })
  const loadBefore = loadAverage()
  const { unknown, wrong } = await onGateway(values.cost, (url) => measure(url, Number(values.tries)))
  const ratio = median(unknown) / median(wrong)
  printTable(
    ['sign-in, ms', 'median', 'p10', 'p90'],
    [
      ['unknown person', ...figuresOf(unknown)],
      ['wrong password', ...figuresOf(wrong)],
      ['ratio', ratio.toFixed(4), '', ''],
    ],
  )
  say(
    `${values.tries} of each, bcrypt cost ${values.cost}; load average ${loadBefore} before and ${loadAverage()} after`,
  )
  return Math.abs(ratio - 1) * 100 <= Number(values.tolerance) ? 0 : 1
})

async function onGateway<Result>(cost: string, work: (url: string) => Promise<Result>): Promise<Result> {
  const database = await createTestDatabase()
  const [port] = await freePorts(1)
  const settings = {
    ...freshSecrets(),
    NODE_ENV: 'production',
    DATABASE_URL: database.url,
    FASTIFY_PORT: '0',
    // Nobody listens there: signing in needs no messages.
    GRPC_PORT: String(port),
    BCRYPT_COST: cost,
    RATE_LIMIT_PER_MINUTE: unlimited,
    AUTH_RATE_LIMIT_PER_MINUTE: unlimited,
    FAILED_SIGN_INS_PER_ACCOUNT: unlimited,
    FAILED_SIGN_INS_PER_ADDRESS: unlimited,
  }
  const log = createLogger({ service: 'gateway', level: 'fatal', directory: '' })
  let gateway: Gateway | undefined
  try {
    gateway = await startGateway(loadConfig(settings), { log })
    return await work(gateway.url)
  } finally {
    await gateway?.close()
    await database.remove()
  }
}

async function measure(url: string, tries: number) {
  const body = { username, email: `${username}@example.org`, password: randomText() }
  await request(url, 'POST', '/api/auth/register', { body })
  const times = { unknown: [] as number[], wrong: [] as number[] }
  const sides = [
    async () => times.unknown.push(await failedSignIn(url, randomText())),
    async () => times.wrong.push(await failedSignIn(url, username)),
  ]
  for (const side of sides) await side()
  times.unknown.length = 0
  times.wrong.length = 0
  for (let index = 0; index < tries; index += 1) {
    // Each goes first half of the time.
    for (const side of index % 2 === 0 ? sides : sides.toReversed()) await side()
  }
  return times
}

/** @returns the milliseconds until the answer was there */
async function failedSignIn(url: string, login: string): Promise<number> {
  const body = JSON.stringify({ login, password: randomText() })
  const startedAt = performance.now()
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  await answer.text()
  const ms = performance.now() - startedAt
  if (answer.status !== 401) throw new Error(`The sign-in was answered with ${answer.status}`)
  return ms
}

function figuresOf(times: readonly number[]): number[] {
  return [median(times), quantile(times, 0.1), quantile(times, 0.9)]
}

/** As long as the username, or the bodies would differ. */
function randomText(): string {
  return randomBytes(username.length / 2).toString('hex')
}
