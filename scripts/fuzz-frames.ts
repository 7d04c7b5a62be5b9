import { parseArgs } from 'node:util'
import { FrameFuzz } from '../fastify-service/test/fuzz/frames.js'
import { runCommand } from './lib/command.js'
import { freshSeed } from './lib/random.js'

/** What the whole process may have grown by, in MiB: gateway, clients and the fake service with all messages sent. */
const mayGrowBy = 128
const warmUpFrames = 2_000

/**
 * Random frames on /ws, the long version of the gateway's fuzz test: `npm run fuzz:frames -- --frames 50000 --seed 7`.
 * Goes on after a finding.
 */
await runCommand(async () => {
  const { values } = parseArgs({ options: { frames: { type: 'string', default: '50000' }, seed: { type: 'string' } } })
  const frames = Number(values.frames)
  const seed = Number(values.seed ?? freshSeed())
  console.log(`seed ${seed}`)
  const fuzz = await FrameFuzz.start()
  const warmUp = await fuzz.run({ frames: Math.min(warmUpFrames, frames), seed: seed + 1 })
  const before = fuzz.memory()
  const { outcomes, findings, framesPerSecond } = await fuzz.run({ frames, seed })
  const after = fuzz.memory()
  await fuzz.close()
  for (const [type, counts] of Object.entries(outcomes)) console.log(type.padEnd(20), JSON.stringify(counts))
  for (const finding of [...warmUp.findings, ...findings]) console.log(`\n${finding}`)
  const hasGrown = after.rss - before.rss > mayGrowBy
  console.log(`\n${frames} frames, ${framesPerSecond} frames/s`)
  console.log(`memory after the warm-up ${JSON.stringify(before)} MiB, at the end ${JSON.stringify(after)} MiB`)
  if (hasGrown) console.log(`that is more than ${mayGrowBy} MiB too much`)
  console.log(`${findings.length} frames answered wrong; repeat with --seed ${seed}`)
  return findings.length + warmUp.findings.length === 0 && !hasGrown ? 0 : 1
})
