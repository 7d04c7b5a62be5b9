import { setTimeout as delay } from 'node:timers/promises'
import { startChild } from '@meeshy/shared/database/testing/child'
import { inFolder } from '../lib/durability/folder.js'
import { Random } from '../lib/random.js'
import type { Attempts } from './attempts.js'
import { Scene } from './scene.js'
import { type Outcome, survive } from './trouble.js'

/** Between two messages, and two reads, while the lock is held. */
const pauseMs = 50

export interface HeldLockOutcome extends Outcome {
  reads: number
  longestReadMs: number
}

/** Lets another process hold SQLite's write lock while people write all the time and read. */
export async function runHeldLock(holdMs: number, seed: number): Promise<HeldLockOutcome> {
  return inFolder(async (folder) => {
    const scene = await Scene.prepare(folder, new Random(seed))
    const readsMs: number[] = []
    try {
      const outcome = await survive(scene, async (attempts) => {
        const holder = startChild('hold-lock', scene.service.databaseUrl)
        await holder.answer
        const requests = await writeAndRead(scene, attempts, performance.now() + holdMs, readsMs)
        holder.process.kill('SIGKILL')
        await Promise.all(requests)
      })
      return { ...outcome, reads: readsMs.length, longestReadMs: Math.max(...readsMs) }
    } finally {
      await scene.kill()
    }
  })
}

/** @returns the requests that may still wait */
async function writeAndRead(
  scene: Scene,
  attempts: Attempts,
  end: number,
  readsMs: number[],
): Promise<Promise<unknown>[]> {
  const requests: Promise<unknown>[] = []
  while (performance.now() < end) {
    const author = scene.authors[requests.length % scene.authors.length]
    if (author) requests.push(attempts.make(author.write(), scene.client))
    const startedAt = performance.now()
    await scene.read()
    readsMs.push(performance.now() - startedAt)
    await delay(pauseMs)
  }
  return requests
}
