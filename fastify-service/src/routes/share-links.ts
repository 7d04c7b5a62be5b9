import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, NullableInteger, NullableString, ref } from '@meeshy/shared/schemas'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.js'
import { invalid } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { secretsLimit } from '../plugins/limits.js'
import {
  createShareLink,
  deleteShareLink,
  type LinkTerms,
  listOwnShareLinks,
  listShareLinks,
  readInvitation,
  updateShareLink,
} from '../store/share-links/share-links.js'
import { Page, pageQuery, readPageQuery, toPage } from './paging.js'
import { Id, Line, Time } from './schemas.js'

const longestLifeMs = 366 * 24 * 60 * 60 * 1000

export const LinkParams = Type.Object({ linkId: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }) })

const Terms = {
  name: Type.Optional(
    Type.Union([Line({ maxLength: 64, description: 'for those who manage the links' }), Type.Null()]),
  ),
  maxUses: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1, maximum: 10_000 }), Type.Null()], { description: 'null for any number' }),
  ),
  expiresAt: Type.Optional(
    Type.Union(
      [
        Type.String({
          maxLength: 40,
          pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:\\d\\d)$',
        }),
        Type.Null(),
      ],
      { description: 'ISO 8601, within a year; null for never' },
    ),
  ),
  allowGuests: Type.Optional(Type.Boolean({ description: 'whether people without an account may come in' })),
}

export const ShareLinkSchema = Type.Object(
  {
    id: Type.String(),
    conversationId: Type.String(),
    createdById: Type.String(),
    name: NullableString,
    maxUses: NullableInteger,
    uses: Type.Integer(),
    expiresAt: NullableString,
    allowGuests: Type.Boolean(),
    works: Type.Boolean({ description: 'neither expired nor used up' }),
    createdAt: Type.String(),
  },
  { $id: 'ShareLink', description: 'A link as the moderators of its conversation see it' },
)

export const InvitationSchema = Type.Object(
  {
    id: Type.String(),
    title: NullableString,
    memberCount: Type.Integer(),
    allowGuests: Type.Boolean(),
    expiresAt: NullableString,
  },
  { $id: 'Invitation', description: 'What a link leads to, for whoever holds it' },
)

/** Where a page of links ended. */
const Position = Type.Object({ at: Time, id: Type.String({ maxLength: 64 }) })

/** Links into a conversation, for its moderators, and what they show to those who got one. */
export function shareLinkRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { config, database } = context
  const byAddress = secretsLimit(config)

  return async (app) => {
    app.post(
      '',
      {
        config: { policy: { who: 'user', on: 'conversation', as: 'moderator' } },
        schema: {
          summary: 'Make a link into a group conversation',
          tags: ['share links'],
          body: Type.Object({ conversationId: Id, ...Terms }, closed),
          response: { 201: ref(ShareLinkSchema) },
        },
      },
      async (request, reply) => {
        const { conversationId, ...terms } = request.body
        const link = await createShareLink(database, conversationId, callerOf(request).userId, readTerms(terms))
        return reply.code(201).send(link)
      },
    )

    app.get(
      '',
      {
        config: { policy: { who: 'user', on: 'conversation', as: 'moderator' } },
        schema: {
          summary: 'The links of a conversation, or without one those I have made; newest first',
          tags: ['share links'],
          querystring: Type.Object({ conversationId: Type.Optional(Id), ...pageQuery }, closed),
          response: { 200: Page(ref(ShareLinkSchema)) },
        },
      },
      async (request) => {
        const { userId } = callerOf(request)
        const { conversationId } = request.query
        const { limit, after } = readPageQuery(Position, request.query)
        const page = { limit, ...(after && { after: { createdAt: new Date(after.at), id: after.id } }) }
        const links = conversationId
          ? await listShareLinks(database, conversationId, userId, page)
          : await listOwnShareLinks(database, userId, page)
        return toPage(links, limit, ({ createdAt, id }) => ({ at: Date.parse(createdAt), id }))
      },
    )

    app.get(
      '/:linkId',
      {
        config: { policy: { who: 'anybody', on: 'shareLink', as: 'holder' }, rateLimit: byAddress },
        schema: {
          summary: 'What a link leads to; 410 when it works no more',
          tags: ['share links'],
          params: LinkParams,
          response: { 200: ref(InvitationSchema) },
        },
      },
      async (request) => readInvitation(database, request.params.linkId),
    )

    app.put(
      '/:linkId',
      {
        config: { policy: { who: 'user', on: 'shareLink', as: 'moderator' } },
        schema: {
          summary: 'Change the given terms of a link',
          tags: ['share links'],
          params: LinkParams,
          body: Type.Object(Terms, closed),
          response: { 200: ref(ShareLinkSchema) },
        },
      },
      async (request) =>
        updateShareLink(database, request.params.linkId, callerOf(request).userId, readTerms(request.body)),
    )

    app.delete(
      '/:linkId',
      {
        config: { policy: { who: 'user', on: 'shareLink', as: 'moderator' } },
        schema: {
          summary: 'Take a link away; who came in by it stays',
          tags: ['share links'],
          params: LinkParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await deleteShareLink(database, request.params.linkId, callerOf(request).userId)
        return reply.code(204).send(null)
      },
    )
  }
}

function readTerms({ expiresAt, ...terms }: Static<ReturnType<typeof Type.Object<typeof Terms>>>): LinkTerms {
  if (expiresAt === undefined || expiresAt === null) return { ...terms, ...(expiresAt === null && { expiresAt }) }
  const time = new Date(expiresAt)
  const leftMs = time.getTime() - Date.now()
  // Comparing with NaN is false: what is no date is refused as well.
  if (!(leftMs > 0 && leftMs <= longestLifeMs)) throw invalid('/expiresAt', 'must be a time within a year from now')
  return { ...terms, expiresAt: time }
}
