import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.js'
import { countEntries } from '../store/memory.js'

/** Live figures of the translation memory: level 1 in memory, level 2 in the database. */
export async function cacheRoutes(app: FastifyInstance, { memory, database }: Context): Promise<void> {
  app.get('/cache/stats', async () => {
    const { level1Hits, level2Hits, ...stats } = memory.stats.snapshot()
    const { entries, bytes } = memory.size
    const stored = await countEntries(database)
    return {
      entries: stored,
      bytes,
      ...stats,
      level1: { entries, bytes, hits: level1Hits },
      level2: { entries: stored, hits: level2Hits },
    }
  })
}
