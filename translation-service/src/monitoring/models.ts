import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.js'

/** Every model: what it is, under which licence, and how it is. */
export async function modelRoutes(app: FastifyInstance, { models }: Context): Promise<void> {
  app.get('/models/status', async () => ({
    models: models.map(({ name, family, licence, revision, sizeBytes, hint, status }) => ({
      name,
      family,
      licence,
      revision,
      sizeBytes,
      hint,
      ...status(),
    })),
  }))
}
