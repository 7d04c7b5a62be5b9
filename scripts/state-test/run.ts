import { setTimeout as delay } from 'node:timers/promises'
import type { Language } from '@meeshy/shared/languages'
import { NotAcknowledged } from '../lib/chat-socket.js'
import { fewSentences, registerAll } from '../lib/follower/crowd.js'
import { withServices } from '../lib/follower/own-services.js'
import { Random } from '../lib/random.js'
import { RequestRefused } from '../lib/rest-client.js'
import { type Action, actions, type Scene, wheel } from './actions.js'
import { Citizen } from './town.js'

const reading: Language[] = ['fr', 'en', 'de', 'fr', 'en']
const sentences = 25
const devicesEach = 2
/** Translations are waited for as well. */
const settleLimitMs = 30_000
const leastRooms = 3
const ruledShare = 0.6

export interface StatesOptions {
  actions: number
  seed: number
  onAction?: (action: number) => void
}

export interface StatesResult {
  /** How often each was done, and how often refused. */
  done: Record<string, { done: number; refused: number }>
  /** The first action after which somebody's state was wrong, and how. */
  wrong: string[]
  /** Events that devices have applied. */
  applied: Record<string, number>
  resyncs: number
}

/** After each of many random actions compares what every device has built from frames with a fresh fetch. */
export async function runStates({ actions: count, seed, onAction }: StatesOptions): Promise<StatesResult> {
  return withServices(async ({ gatewayUrl }) => {
    const random = new Random(seed)
    const texts = new Map((['fr', 'en', 'de'] as const).map((one) => [one, fewSentences(one, sentences, random)]))
    const [outsider, ...clients] = await registerAll(gatewayUrl, ['en', ...reading])
    if (!outsider) throw new Error('there is an outsider')
    const everybody = clients.map((client) => new Citizen(client, texts, devicesEach))
    const stranger = new Citizen(outsider, texts, 1)
    const town = { random, everybody, stranger }
    const done: StatesResult['done'] = {}
    let wrong = await settle(town)
    for (let number = 1; number <= count && wrong.length === 0; number += 1) {
      const { action, outcome } = await act(town)
      const tally = done[action] ?? { done: 0, refused: 0 }
      done[action] = { ...tally, [outcome]: tally[outcome] + 1 }
      wrong = (await settle(town)).map((what) => `after action ${number} (${action}): ${what}`)
      onAction?.(number)
    }
    const devices = [stranger, ...everybody].flatMap((citizen) => citizen.devices)
    await Promise.all(devices.map((device) => device.stop()))
    const resyncs = devices.reduce((sum, { rooms }) => sum + rooms.resyncs.length, 0)
    return { done, wrong, applied: countApplied(everybody), resyncs }
  })
}

interface Town {
  random: Random
  everybody: Citizen[]
  /** A member of nothing. */
  stranger: Citizen
}

/** One action that somebody can do now. */
async function act({ random, everybody }: Town): Promise<{ action: Action; outcome: 'done' | 'refused' }> {
  for (;;) {
    const actor = random.pick(everybody) as Citizen
    const isPoor = actor.rooms.length < leastRooms
    const action = isPoor ? 'make a group' : (random.pick(wheel) as Action)
    const ruled = actor.rooms.filter(({ conversation }) => conversation.role !== 'member')
    // Whoever may do more does more.
    const room = random.pick(random.next() < ruledShare && ruled.length > 0 ? ruled : actor.rooms)
    // Without a conversation there is only one thing to do, which does not look at it.
    const scene = { random, actor, room, everybody } as Scene
    try {
      if ((await actions[action](scene)) !== undefined) return { action, outcome: 'done' }
    } catch (error) {
      if (!isRefusal(error)) throw error
      return { action, outcome: 'refused' }
    }
  }
}

/** A clear no, and not a failure. */
function isRefusal(error: unknown): boolean {
  const status =
    error instanceof RequestRefused ? error.status : error instanceof NotAcknowledged ? error.problem?.status : 500
  return status !== undefined && status >= 400 && status < 500
}

/** Waits until everybody's devices say what a fetch says. @returns what is still wrong when the time is up */
async function settle({ everybody, stranger }: Town): Promise<string[]> {
  const before = new Map(everybody.map((citizen) => [citizen, [...citizen.fetched.keys()]]))
  const end = performance.now() + settleLimitMs
  const wrong: string[] = []
  for (const citizen of [...everybody, stranger]) {
    let found = await citizen.differences()
    while (found.length > 0 && performance.now() < end) {
      await delay(10)
      found = await citizen.differences()
    }
    const mayHear = new Set([...(before.get(citizen) ?? []), ...citizen.fetched.keys()])
    wrong.push(...found, ...citizen.devices.flatMap(({ rooms }) => violationsOf(rooms, mayHear)))
  }
  if (stranger.rooms.length > 0) wrong.push('a stranger has conversations')
  return wrong
}

function violationsOf(rooms: Citizen['devices'][number]['rooms'], mayHear: ReadonlySet<string>): string[] {
  const strange = [...rooms.heard].filter((id) => !mayHear.has(id))
  rooms.heard.clear()
  return [...rooms.allViolations, ...strange.map((id) => `heard of ${id} as a stranger`)]
}

function countApplied(everybody: readonly Citizen[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { devices } of everybody) {
    for (const { rooms } of devices) {
      for (const id of rooms.ids) {
        for (const { type } of rooms.get(id)?.applied ?? []) counts[type] = (counts[type] ?? 0) + 1
      }
    }
  }
  return counts
}
