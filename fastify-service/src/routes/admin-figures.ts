import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { countFigures, type Figures } from '../store/accounts/figures.js'

/** Counting takes whole tables, so it is done this often at most, however many ask. */
const keptMs = 60_000

const Count = Type.Integer({ minimum: 0 })

const StatsSchema = Type.Object({
  people: Type.Object({ active: Count, deactivated: Count, erased: Count }),
  roles: Type.Object(
    { USER: Count, MODERATOR: Count, ADMIN: Count, GUEST: Count },
    { description: 'of the active people' },
  ),
  conversations: Type.Object({ direct: Count, group: Count }),
  groups: Count,
  sessions: Type.Integer({ minimum: 0, description: 'those that let somebody in' }),
  sockets: Type.Integer({ minimum: 0, description: 'open to this gateway now' }),
  countedAt: Type.String({ description: 'when all but the sockets was counted; counted anew after a minute' }),
})

/** How much there is of everything. */
export function adminFigureRoutes({ database, hub }: Context): FastifyPluginAsyncTypebox {
  let counted: { at: number; figures: Promise<Figures> } | null = null

  function figures(): Promise<Figures> {
    if (counted && performance.now() - counted.at < keptMs) return counted.figures
    const counting = countFigures(database)
    counted = { at: performance.now(), figures: counting }
    counting.catch(() => {
      counted = null
    })
    return counting
  }

  return async (app) => {
    app.get(
      '/stats',
      {
        config: { policy: { who: 'admin' } },
        schema: { summary: 'Figures', tags: ['admin'], response: { 200: StatsSchema } },
      },
      async () => ({ ...(await figures()), sockets: hub.count }),
    )
  }
}
