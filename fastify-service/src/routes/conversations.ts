import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, NullableString, PublicUserSchema, ref } from '@meeshy/shared/schemas'
import { type Static, Type } from 'typebox'
import type { Context } from '../context.js'
import { found, invalid } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import type { ConversationPage } from '../store/conversations/conversation-list.js'
import {
  createGroupConversation,
  membersShown,
  openDirect,
  othersIn,
  readConversation,
} from '../store/conversations/conversations.js'
import { announceConversation } from '../websocket/announce/announce.js'
import { notifyAll } from '../websocket/announce/notify.js'
import { SettingsSchema } from './conversation-settings.js'
import { MemberSchema } from './members.js'
import { Page, pageQuery, readPageQuery, toPage } from './paging.js'
import { Id, IdParams, Line, Time } from './schemas.js'
import { standingFields, withStandings } from './standing.js'

const maxMembers = 200

export const SummarySchema = Type.Object(
  {
    id: Type.String(),
    type: Type.String({ description: '"direct" or "group"' }),
    title: NullableString,
    groupId: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'the group that it belongs to' }),
    version: Type.Integer({ description: 'grows with every change of the conversation or its members' }),
    createdById: Type.String(),
    createdAt: Type.String(),
    updatedAt: Type.String(),
    lastActivityAt: Type.String(),
    memberCount: Type.Integer(),
    role: Type.String({ description: "the caller's" }),
    peer: Type.Union([ref(PublicUserSchema), Type.Null()], { description: 'the other one of a direct conversation' }),
    settings: ref(SettingsSchema),
  },
  { $id: 'ConversationSummary' },
)

export const ListedSchema = Type.Object(
  { ...SummarySchema.properties, ...standingFields },
  { $id: 'ListedConversation' },
)

export const ConversationSchema = Type.Object(
  {
    ...SummarySchema.properties,
    members: Type.Array(ref(MemberSchema), {
      description: `the first ${membersShown} in the order of their joining; …/members lists all`,
    }),
  },
  { $id: 'Conversation' },
)

export const Title = Line({ maxLength: 100, description: 'of a group' })

const NewConversation = Type.Object(
  {
    type: Type.Enum(['direct', 'group']),
    title: Type.Optional(Title),
    memberIds: Type.Array(Id, {
      maxItems: maxMembers,
      description: 'the others; exactly one for a direct conversation',
    }),
    groupId: Type.Optional(Type.String({ ...Id, description: 'a group of mine; the others need not be in it' })),
  },
  {
    ...closed,
    examples: [{ type: 'group', title: 'Reading circle', memberIds: ['01890a5d-ac96-774b-bcce-b302099a8057'] }],
  },
)

const ListQuery = Type.Object(
  {
    ...pageQuery,
    archived: Type.Optional(
      Type.Enum(['true', 'false'], { description: 'only those that I have archived, or only the others' }),
    ),
  },
  closed,
)

/** Where a page ended. */
const Position = Type.Object({ at: Time, id: Id })

/** Rooms: made, listed and read by their members. */
export function conversationRoutes(context: Context): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '',
      {
        config: { policy: { who: 'user' } },
        schema: {
          summary: 'Make a conversation; the second direct one of a pair answers with the first (200)',
          tags: ['conversations'],
          body: NewConversation,
          response: { 200: ref(ConversationSchema), 201: ref(ConversationSchema) },
        },
      },
      async (request, reply) => {
        const { userId } = callerOf(request)
        const { id, created } = await create(context, userId, request.body)
        const conversation = found(await readConversation(context, id, userId))
        if (created) {
          await announceConversation(context, 'created', { id, version: conversation.version })
          const occasion = { type: 'added_to_conversation', actorId: userId, conversationId: id } as const
          await notifyAll(context, request.body.memberIds, occasion)
        }
        return reply.code(created ? 201 : 200).send(conversation)
      },
    )

    app.get(
      '',
      {
        config: { policy: { who: 'guest' } },
        schema: {
          summary: 'My conversations, latest activity first',
          tags: ['conversations'],
          querystring: ListQuery,
          response: { 200: Page(ref(ListedSchema)) },
        },
      },
      async (request) => {
        const { archived, ...query } = request.query
        return listPage(
          context,
          { userId: callerOf(request).userId, requestId: request.id, query },
          archived === undefined ? {} : { archived: archived === 'true' },
        )
      },
    )

    app.get(
      '/:id',
      {
        config: { policy: { who: 'guest', on: 'conversation', as: 'member' } },
        schema: {
          summary: 'A conversation of mine with its members',
          tags: ['conversations'],
          params: IdParams,
          response: { 200: ref(ConversationSchema) },
        },
      },
      async (request) => found(await readConversation(context, request.params.id, callerOf(request).userId)),
    )
  }
}

/** A page of the caller's conversations, or of those of a kind, with where they stand. */
export async function listPage(
  context: Context,
  { userId, requestId, query }: { userId: string; requestId: string; query: { limit?: number; cursor?: string } },
  kind: Pick<ConversationPage, 'archived' | 'groupId'>,
) {
  const { limit, after } = readPageQuery(Position, query)
  const position = after && { lastActivityAt: new Date(after.at), id: after.id }
  const rows = await context.reads.conversations(userId, {
    ...kind,
    limit,
    ...(position && { after: position }),
  })
  const { data, page } = toPage(rows, limit, ({ lastActivityAt, id }) => ({ at: Date.parse(lastActivityAt), id }))
  return { data: await withStandings(context, userId, data, requestId), page }
}

async function create({ database }: Context, userId: string, body: Static<typeof NewConversation>) {
  const { type, title, memberIds, groupId } = body
  if (type === 'direct') {
    if (title !== undefined) throw invalid('/title', 'belongs to a group')
    if (groupId !== undefined) throw invalid('/groupId', 'belongs to a group')
    if (othersIn(memberIds, userId).length !== 1) throw invalid('/memberIds', 'must name exactly one other person')
    return openDirect(database, userId, memberIds)
  }
  if (title === undefined) throw invalid('/title', 'is missing')
  const conversation = { title, memberIds, ...(groupId === undefined ? {} : { groupId }) }
  return { ...(await createGroupConversation(database, userId, conversation)), created: true }
}
