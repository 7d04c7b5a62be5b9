import { expect, it } from 'vitest'
import { frameTypes } from './fuzz/frame-drafts.js'
import { FrameFuzz } from './fuzz/frames.js'

const frames = Number(process.env.FUZZ_FRAMES ?? 2_000)
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 30))

/** `FUZZ_SEED` repeats a run; the long version is `npm run fuzz:frames` in scripts. */
it(`answers ${frames} random frames as it should, seed ${seed}`, { timeout: 120_000 }, async () => {
  const fuzz = await FrameFuzz.start()
  const { outcomes, findings } = await fuzz.run({ frames, seed })
  await fuzz.close()
  expect(findings).toEqual([])
  const through = frameTypes.filter((type) => (outcomes[type]?.ok ?? 0) > 0)
  expect(through, 'a fuzz that never gets through the door would test the door only').toEqual(frameTypes)
})
