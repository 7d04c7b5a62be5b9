import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { languages } from '@meeshy/shared/languages'
import { closed, NullableNumber, NullableString } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { translateBack } from '../grpc/back-translation.js'
import { translateDeadlineMs } from '../grpc/call.js'
import { presentTranslation } from '../grpc/present.js'
import { Previews } from '../grpc/previews.js'
import { callerOf } from '../plugins/auth.js'
import { Locale } from './schemas.js'
import { untilGone } from './until-gone.js'

const Preview = Type.Object(
  {
    text: Type.String({ description: '1 to 4,000 code points, at most 16 KiB' }),
    source: Type.Optional(Type.String({ maxLength: 35, description: 'detected when absent' })),
    targets: Type.Array(Locale, { minItems: 1, maxItems: languages.length }),
    backTranslate: Type.Optional(
      Type.Boolean({ description: 'also translate each of them back, to show what its readers will understand' }),
    ),
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
      backTranslation: Type.Optional(
        Type.Unsafe<string | null>({
          ...NullableString,
          description: 'in the language of the text; only when asked for, null when it could not be made',
        }),
      ),
      backTranslationReason: Type.Optional(
        Type.Unsafe<string | null>({ ...NullableString, description: 'why there is no backTranslation' }),
      ),
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
        const { backTranslate = false, ...draft } = request.body
        // One time limit, and one of the person's slots, for the way there and the way back.
        const deadline = Date.now() + translateDeadlineMs
        const settings = { requestId: request.id, signal: untilGone(reply.raw), deadline }
        return previews.run(userId, async () => {
          const there = await messaging.translate({ ...draft, userId }, settings)
          const back = backTranslate ? await translateBack(messaging, { ...there, userId }, settings) : null
          return {
            source: there.source,
            translations: there.translations.map((one) => ({
              language: one.language,
              ...presentTranslation(one),
              ...back?.get(one.language),
            })),
          }
        })
      },
    )
  }
}
