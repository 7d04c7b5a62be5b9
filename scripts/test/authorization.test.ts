import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@meeshy/shared/database/open'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { request } from '../lib/rest-client.js'
import { ownStage, type Stage } from '../lib/stage.js'
import {
  type Answered,
  ask,
  type Cell,
  namedElsewhere,
  nameOf,
  type Operation,
  type Policy,
  thingFor,
} from './authorization/calls.js'
import { expected } from './authorization/expected.js'
import { readFrames, send } from './authorization/frames.js'
import { isRefused, type ObjectKind, objects, type Persona, personas } from './authorization/people.js'
import { SocketDoor } from './authorization/sockets.js'
import { idOf, type Thing } from './authorization/things.js'
import { World, type WorldSource } from './authorization/world.js'

const fewestCells = 1_500
const fewestFrameCells = 400
const unlimited = '1000000'
const jwtSecret = 'a-secret-of-the-matrix-only-0123456789'
const password = 'correct horse battery'

let folder: string
let stage: Stage
let source: WorldSource
let operations: Operation[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meeshy-matrix-'))
  const databaseUrl = `file:${join(folder, 'matrix.db')}`
  stage = await ownStage({
    DATABASE_URL: databaseUrl,
    JWT_SECRET: jwtSecret,
    BCRYPT_COST: '4',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_PER_MINUTE: unlimited,
    ADDRESS_RATE_LIMIT_PER_MINUTE: unlimited,
    AUTH_RATE_LIMIT_PER_MINUTE: unlimited,
    SOCKETS_PER_ADDRESS: unlimited,
    SOCKET_FRAMES_PER_10S: unlimited,
    SOCKET_AUTHENTICATION_MS: '600000',
  })
  const database = await openDatabase(databaseUrl)
  source = { database, gatewayUrl: stage.gatewayUrl, jwtSecret, password, passwordHash: await hashOf(password) }
  operations = await readOperations()

  async function hashOf(text: string): Promise<string> {
    const body = { username: 'first', email: 'first@example.org', password: text }
    await request(stage.gatewayUrl, 'POST', '/api/auth/register', { body })
    const first = await database.user.findUnique({ where: { usernameKey: 'first' } })
    return first?.passwordHash ?? ''
  }
})
afterAll(async () => {
  await source?.database.$disconnect()
  await stage?.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Described {
  'x-policy': Operation['policy']
  requestBody?: { content: { 'application/json': { example?: unknown } } }
}

async function readOperations(): Promise<Operation[]> {
  const { paths } = await request<{ paths: Record<string, Record<string, Described>> }>(
    stage.gatewayUrl,
    'GET',
    '/docs/json',
  )
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      ...{ method: method.toUpperCase(), path, policy: described['x-policy'] },
      example: described.requestBody?.content['application/json'].example,
    })),
  )
}

it('every route answers everybody as its policy says, and "not yours" like "does not exist"', async () => {
  const wrong: string[] = []
  let cells = 0
  let world = await World.create(source)
  for (const operation of operations) {
    const hasId = operation.path.includes('{') || nameOf(operation) in namedElsewhere
    for (const persona of personas) {
      let missing: Answered | undefined
      for (const object of hasId ? [...objects].reverse() : (['none'] as const)) {
        const cell = await cellFor(operation, persona, object)
        if (!cell) continue
        cells += 1
        const answered = await ask(operation, cell)
        if (object === 'missing') missing = answered
        const complaint = judge({ name: nameOf(operation), policy: operation.policy }, cell, answered, missing)
        if (complaint) wrong.push(complaint)
        // What was allowed has changed the world.
        if (operation.method !== 'GET' && answered.status < 300) world = await World.create(source)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(cells).toBeGreaterThanOrEqual(fewestCells)
  console.info(`${cells} cells`)

  async function cellFor(operation: Operation, persona: Persona, object: ObjectKind | 'none'): Promise<Cell | null> {
    const id = object === 'none' ? null : await thingFor(operation, world, persona, object)
    return object !== 'none' && id === null ? null : { world, persona, object, id }
  }
}, 300_000)

it('so does every frame', async () => {
  const wrong: string[] = []
  let cells = 0
  const door = new SocketDoor()
  for (const frame of await readFrames(stage.gatewayUrl)) {
    const { on } = frame.policy
    let world = await World.create(source)
    for (const persona of personas) {
      let missing: Answered | undefined
      for (const object of on ? [...objects].reverse() : (['none'] as const)) {
        const id = object === 'none' ? null : await idOf(world, on as Thing, persona, object)
        if (object !== 'none' && id === null) continue
        cells += 1
        const cell = { world, persona, object, id }
        const answered = await send(door, frame, cell)
        if (object === 'missing') missing = answered
        const complaint = judge(frame, cell, answered, missing)
        if (complaint) wrong.push(complaint)
        // The next ones need it as well.
        const isSpent = frame.name === 'message.delete' && object === 'shared' && answered.status < 300
        if (isSpent) world = await World.create(source)
      }
    }
  }
  const world = await World.create(source)
  for (const persona of personas) {
    const wanted = isRefused(persona) && persona !== 'anonymous' ? 401 : 101
    const status = await door.upgrade(world, persona)
    if (status !== wanted) wrong.push(`upgrade as ${persona}: ${status} instead of ${wanted}`)
  }
  door.close()
  expect(wrong).toEqual([])
  expect(cells).toBeGreaterThanOrEqual(fewestFrameCells)
  console.info(`${cells} cells`)
}, 300_000)

type Deed = { name: string; policy: Policy }

/** @returns what is wrong with an answer; null when it is as written */
function judge(deed: Deed, { persona, object }: Cell, answered: Answered, missing?: Answered): string | null {
  const wanted = expected(deed, persona, object)
  const { name } = deed
  const cell = `${name} as ${persona}, ${object}`
  const isRight = wanted === 'ok' ? answered.status < 300 : answered.status === wanted
  if (!isRight)
    return `${cell}: ${answered.status} instead of ${wanted} ${answered.bytes.split('\n')[1]?.slice(0, 300)}`
  if (wanted === 404 && missing && answered.bytes !== missing.bytes) {
    return `${cell}: differs from what does not exist: ${answered.bytes} instead of ${missing.bytes}`
  }
  return null
}
