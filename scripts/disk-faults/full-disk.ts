import { inFolder } from '../lib/durability/folder.js'
import { Random } from '../lib/random.js'
import { Scene } from './scene.js'
import type { Shortage } from './shortages.js'
import { type Outcome, survive } from './trouble.js'

const failuresWanted = 40
const mostRounds = 500

export interface FullDiskOutcome extends Outcome {
  /** Pages of history that were read while nothing could be written. */
  reads: number
}

/** Lets the disk get full under the service, and makes room again. */
export async function runFullDisk(shortage: Shortage, seed: number): Promise<FullDiskOutcome> {
  return inFolder((folder) =>
    shortage.inside(folder, async (disk) => {
      const scene = await Scene.prepare(disk, new Random(seed))
      const { service, authors } = scene
      let reads = 0
      try {
        const outcome = await survive(scene, async (attempts) => {
          await shortage.begin(service)
          for (let round = 0; attempts.failed.length < failuresWanted && round < mostRounds; round += 1) {
            await Promise.all(authors.map((author) => attempts.make(author.write(), scene.client)))
            await scene.read()
            reads += 1
          }
          await shortage.end(service)
        })
        return { ...outcome, reads }
      } finally {
        await scene.kill()
      }
    }),
  )
}
