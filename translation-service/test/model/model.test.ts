import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Action, anyAction } from './actions.js'
import { finish } from './finish.js'
import { perform } from './perform.js'
import { Scene } from './scene.js'
import { Stage } from './stage.js'

// MODEL_RUNS=1000 looks longer. A failure prints its seed and path: with MODEL_SEED and MODEL_PATH it comes again, as far
// as it does not rest on the moment at which a translation was ready.
const { MODEL_RUNS, MODEL_SEED, MODEL_PATH } = process.env
const numRuns = Number(MODEL_RUNS ?? 40)
const maxActions = 80
/** Of all scenes, and of the search for a smaller one that fails. */
const limitMs = 60_000 + numRuns * 2_000

let stage: Stage
let scenes = 0

beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.test.close())

it('shows every member the same by events as by a fresh read, and a stranger nothing', {
  timeout: 2 * limitMs,
}, async () => {
  const counts = { scenes: 0, actions: 0 }
  const property = fc.asyncProperty(
    fc.array(anyAction, { minLength: 1, maxLength: maxActions, size: 'max' }),
    (actions) => {
      counts.scenes += 1
      counts.actions += actions.length
      return play(actions)
    },
  )
  await fc.assert(property, {
    numRuns,
    interruptAfterTimeLimit: limitMs,
    ...(MODEL_SEED === undefined ? {} : { seed: Number(MODEL_SEED) }),
    ...(MODEL_PATH === undefined ? {} : { path: MODEL_PATH }),
  })
  if (MODEL_RUNS !== undefined) console.info(`${counts.actions} actions in ${counts.scenes} scenes`)
})

it('keeps no text in the log of events', async () => {
  const columns = await stage.test.people.$queryRawUnsafe<Array<{ name: string }>>('PRAGMA table_info("MessageEvent")')
  const names = ['id', 'conversationId', 'eventSeq', 'type', 'messageId', 'revision', 'language', 'createdAt']
  expect(columns.map(({ name }) => name).sort()).toEqual(names.sort())
})

/** One scene: new people, what they do, and everybody's last look. */
async function play(actions: readonly Action[]): Promise<void> {
  scenes += 1
  const scene = await Scene.open(stage, `scene${scenes.toString(36)}x`)
  try {
    for (const [index, action] of actions.entries()) {
      await perform(scene, action).catch(failAt(`action ${index}, ${JSON.stringify(action)}`))
    }
    await finish(scene).catch(failAt('the end'))
  } finally {
    scene.close()
    vi.restoreAllMocks()
  }
}

function failAt(place: string): (cause: unknown) => never {
  return (cause) => {
    throw new Error(`Failed at ${place}`, { cause })
  }
}
