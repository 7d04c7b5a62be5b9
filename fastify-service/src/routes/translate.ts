import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { languages } from '@meeshy/shared/languages'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { presentTranslation } from '../grpc/present.js'
import { Previews } from '../grpc/previews.js'
import { callerOf } from '../plugins/auth.js'
import { closed, Locale, NullableNumber, NullableString } from './schemas.js'
import { untilGone } from './until-gone.js'

const Preview = Type.Object(
  {
    text: Type.String({ description: '1 to 4,000 code points, at most 16 KiB' }),
    source: Type.Optional(Type.String({ maxLength: 35, description: 'detected when absent' })),
    targets: Type.Array(Locale, { minItems: 1, maxItems: languages.length }),
  },
  closed,
)

const Previewed = Type.Object({
  source: Type.String(),
  translations: Type.Array(
    Type.Object({
      language: Type.String(),
      status: Type.String(),
      text: NullableString,
      reason: NullableString,
      model: NullableString,
      confidence: NullableNumber,
      cached: Type.Boolean(),
    }),
  ),
})

/** What a message would say in other languages, before it is sent. Stores nothing. */
export function translateRoutes({ messaging }: Context): FastifyPluginAsyncTypebox {
  const previews = new Previews()

  return async (app) => {
    app.post(
      '',
      {
        config: { policy: { who: 'guest' } },
        schema: {
          summary: 'Translate a text that is not sent yet',
          tags: ['messages'],
          body: Preview,
          response: { 200: Previewed },
        },
      },
      async (request, reply) => {
        const { userId } = callerOf(request)
        const signal = untilGone(reply.raw)
        const { source, translations } = await previews.run(userId, () =>
          messaging.translate({ ...request.body, userId }, { requestId: request.id, signal }),
        )
        return {
          source,
          translations: translations.map((one) => ({ language: one.language, ...presentTranslation(one) })),
        }
      },
    )
  }
}
