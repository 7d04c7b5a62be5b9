import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../lib/paths.js'
import { ownStage, type Stage } from '../lib/stage.js'
import { run } from './testing/process.js'
import { environmentFile } from './testing/settings.js'

/** Every command in the README's sh blocks, without its comment, continued lines joined. */
const commands = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
  .map((line) => line.replace(/\s+#.*/, '').trim())
  .filter(Boolean)

const curls = commands.filter((command) => command.startsWith('curl '))

/** Commands that other tests run, or that run the tests. */
const runElsewhere: Record<string, string> = {
  './start.sh dev': 'dev.test.ts',
  './start.sh demo': 'demo.test.ts',
  './start.sh test': 'whoever reads this',
  './start.sh admin ana': 'admin.test.ts',
  'npm run kill-test': 'kill-test.test.ts',
  'npm run kill-test -- --between-ack-and-translation': 'kill-test.test.ts',
  'npm run disk-faults': 'disk-faults.test.ts',
  'npm run gateway-kill-test': 'gateway-kill-test.test.ts',
  'npm run cut-test': 'cut-test.test.ts',
  'npm run senders-test': 'senders-test.test.ts',
  'npm run state-test': 'state-test.test.ts',
  'npm run fuzz:frames': 'fuzz-frames.test.ts of the gateway',
}

describe('the README', () => {
  it('has no command that no test runs', () => {
    const runHere = [...curls, './start.sh setup', './start.sh health']
    const known = [...runHere, ...Object.keys(runElsewhere)]
    expect(commands.filter((command) => !known.includes(command))).toEqual([])
    expect(known.filter((command) => !commands.includes(command))).toEqual([])
  })

  it('tells how to set up, and setting up again changes nothing', async () => {
    const env = await environmentFile()
    for (const _ of ['first', 'again']) {
      expect(await run('./start.sh', ['setup'], { env })).toMatchObject({ code: 0 })
    }
  })
})

describe('the calls of the README', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await ownStage()
  })
  afterAll(() => stage.close())

  it.each(curls)('%s', async (command) => {
    const here = command
      .replace('http://localhost:3001', stage.gatewayUrl)
      .replace('http://localhost:8000', stage.translationUrl)
    const { code, stdout } = await run('bash', ['-c', here])
    expect(code).toBe(0)
    const answer = JSON.parse(stdout)
    expect(answer.error ?? answer.code).toBeUndefined()
    if (here.includes('"q"')) expect(answer).toMatchObject({ status: 'ready', model: 'starter-nllb' })
  })

  it('./start.sh health', async () => {
    const settings = { FASTIFY_PORT: portOf(stage.gatewayUrl), TRANSLATION_PORT: portOf(stage.translationUrl) }
    const { code, stdout } = await run('./start.sh', ['health'], { env: await environmentFile(settings) })
    expect(stdout).toContain('✓')
    expect(code).toBe(0)
  })
})

function portOf(url: string): string {
  return new URL(url).port
}
