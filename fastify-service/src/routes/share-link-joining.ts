import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '@meeshy/shared/problems'
import { closed, ref } from '@meeshy/shared/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { beginSession, makeAccessToken } from '../auth/sign-in.js'
import type { Context } from '../context.js'
import { invalid, readLanguage } from '../inputs.js'
import { callerIfAny } from '../plugins/auth.js'
import { secretsLimit } from '../plugins/limits.js'
import { joinAsGuest, joinByLink } from '../store/share-links/share-link-joining.js'
import { readInvitation } from '../store/share-links/share-links.js'
import { announceMember } from '../websocket/announce/announce.js'
import { sweepRoom } from '../websocket/announce/sweep.js'
import { Line, Locale, SignedInSchema } from './schemas.js'
import { LinkParams } from './share-links.js'

const Joining = Type.Object(
  {
    displayName: Type.Optional(Line({ maxLength: 64, description: 'the name of a guest' })),
    language: Type.Optional({ ...Locale, description: 'what a guest reads: one of the ten languages, or a locale' }),
  },
  closed,
)

const JoinedSchema = Type.Object({ conversationId: Type.String() })

export const GuestJoinedSchema = Type.Object(
  { ...SignedInSchema.properties, ...JoinedSchema.properties },
  { $id: 'GuestJoined', description: 'A guest who has just come in, their tokens, and their conversation' },
)

/** Coming in by a link. */
export function shareLinkJoiningRoutes(context: Context): FastifyPluginAsyncTypebox {
  const byAddress = secretsLimit(context.config)

  return async (app) => {
    app.post(
      '/:linkId/join',
      {
        config: { policy: { who: 'anybody', on: 'shareLink', as: 'holder' }, rateLimit: byAddress },
        schema: {
          summary: 'Join: with a token as oneself (200 when there already), without one as a guest',
          tags: ['share links'],
          params: LinkParams,
          body: Joining,
          response: { 200: JoinedSchema, 201: Type.Union([ref(GuestJoinedSchema), JoinedSchema]) },
        },
      },
      async (request, reply) => {
        const { linkId } = request.params
        const caller = await callerIfAny(app, request)
        if (!caller) return reply.code(201).send(await enterAsGuest(app, context, linkId, request))
        if (Object.keys(request.body).length > 0) throw invalid('', 'is for guests; with a token you join as yourself')
        const { conversationId, version } = await joinByLink(context.database, linkId, caller.userId)
        if (version !== null) {
          await announceMember(context, 'added', conversationId, { userId: caller.userId, version })
        }
        return reply.code(version === null ? 200 : 201).send({ conversationId })
      },
    )
  }
}

async function enterAsGuest(
  app: FastifyInstance,
  context: Context,
  linkId: string,
  { body, headers }: { body: Static<typeof Joining>; headers: IncomingHttpHeaders },
): Promise<Static<typeof GuestJoinedSchema>> {
  // Asked before the fields: who cannot be a guest here need not be told what a guest must give.
  const { allowGuests } = await readInvitation(context.database, linkId)
  if (!allowGuests) throw new Problem('unauthenticated', 'This link is not for guests. Sign in to join.')
  const { displayName, language } = body
  if (displayName === undefined) throw invalid('/displayName', 'is missing')
  if (language === undefined) throw invalid('/language', 'is missing')
  const guest = { displayName, language: readLanguage(language, '/language') }
  const { start, refreshToken } = beginSession(context, headers['user-agent'])
  const { user, conversationId, version } = await joinAsGuest(context.database, linkId, guest, start)
  await announceMember(context, 'added', conversationId, { userId: user.id, version })
  await sweepRoom(context, conversationId)
  const tokens = makeAccessToken(app, context, { ...start, userId: user.id })
  return { user, conversationId, refreshToken, ...tokens }
}
