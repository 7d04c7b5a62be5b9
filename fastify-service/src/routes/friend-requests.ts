import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, NullableString, PublicUserSchema, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import { found, invalid } from '../inputs.js'
import { callerOf } from '../plugins/auth.js'
import { readConversation } from '../store/conversations/conversations.js'
import { answerRequest, askFriend, type Outcome, removeRequest } from '../store/friends/friend-request-changes.js'
import { listRequests, readRequest, requestStatuses } from '../store/friends/friend-requests.js'
import { announceConversation } from '../websocket/announce/announce.js'
import { notify } from '../websocket/announce/notify.js'
import { Page, pageQuery, readPageQuery, toPage } from './paging.js'
import { Id, IdParams } from './schemas.js'

export const FriendRequestSchema = Type.Object(
  {
    id: Type.String(),
    status: Type.String({ description: requestStatuses.join(', '), examples: ['pending'] }),
    sender: ref(PublicUserSchema),
    receiver: ref(PublicUserSchema),
    createdAt: Type.String(),
    answeredAt: NullableString,
    conversationId: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'the direct conversation, once it is accepted',
    }),
  },
  { $id: 'FriendRequest' },
)

const ListQuery = Type.Object(
  {
    direction: Type.Optional(Type.Enum(['received', 'sent'], { description: '"received" when absent' })),
    status: Type.Optional(Type.Enum([...requestStatuses])),
    ...pageQuery,
  },
  closed,
)

const RemoveQuery = Type.Object(
  { status: Type.Optional(Type.Literal('pending', { description: 'ends no friendship: 409 when it is accepted' })) },
  closed,
)

/** Who asks whom to be friends, and what they answer. */
export function friendRequestRoutes(context: Context): FastifyPluginAsyncTypebox {
  const { database } = context

  return async (app) => {
    app.post(
      '',
      {
        config: { policy: { who: 'user' } },
        schema: {
          summary: 'Ask somebody to be friends; who has asked me already is accepted (200), as is asking twice',
          tags: ['friend requests'],
          body: Type.Object({ receiverId: Id }, closed),
          response: { 200: ref(FriendRequestSchema), 201: ref(FriendRequestSchema) },
        },
      },
      async (request, reply) => {
        const { userId } = callerOf(request)
        const { receiverId } = request.body
        if (receiverId === userId) throw invalid('/receiverId', 'is you')
        const outcome = await askFriend(database, userId, receiverId)
        await tell(context, outcome)
        return reply.code(outcome.changed && outcome.request.status === 'pending' ? 201 : 200).send(outcome.request)
      },
    )

    app.get(
      '',
      {
        config: { policy: { who: 'user' } },
        schema: {
          summary: 'The requests that I have received, or sent; newest first',
          tags: ['friend requests'],
          querystring: ListQuery,
          response: { 200: Page(ref(FriendRequestSchema)) },
        },
      },
      async (request) => {
        const { direction = 'received', status } = request.query
        const { limit, after } = readPageQuery(Id, request.query)
        const rows = await listRequests(database, callerOf(request).userId, {
          direction,
          limit,
          ...(status && { status }),
          ...(after === undefined ? {} : { after }),
        })
        return toPage(rows, limit, ({ id }) => id)
      },
    )

    app.get(
      '/:id',
      {
        config: { policy: { who: 'user', on: 'friendRequest', as: 'sender or receiver' } },
        schema: {
          summary: 'A request that I have sent or received',
          tags: ['friend requests'],
          params: IdParams,
          response: { 200: ref(FriendRequestSchema) },
        },
      },
      async (request) => found(await readRequest(database, request.params.id, callerOf(request).userId)),
    )

    app.patch(
      '/:id',
      {
        config: { policy: { who: 'user', on: 'friendRequest', as: 'receiver' } },
        schema: {
          summary: 'Accept or reject; accepting opens the direct conversation',
          tags: ['friend requests'],
          params: IdParams,
          body: Type.Object({ status: Type.Enum(['accepted', 'rejected']) }, closed),
          response: { 200: ref(FriendRequestSchema) },
        },
      },
      async (request) => {
        const { status } = request.body
        const outcome = await answerRequest(database, request.params.id, callerOf(request).userId, status)
        await tell(context, outcome)
        return outcome.request
      },
    )

    app.delete(
      '/:id',
      {
        config: { policy: { who: 'user', on: 'friendRequest', as: 'sender or receiver' } },
        schema: {
          summary: 'Cancel a request of mine, or end a friendship; the direct conversation stays',
          tags: ['friend requests'],
          params: IdParams,
          querystring: RemoveQuery,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const onlyPending = request.query.status === 'pending'
        await removeRequest(database, request.params.id, callerOf(request).userId, { onlyPending })
        return reply.code(204).send(null)
      },
    )
  }
}

/** Tells the other one of a request or of a yes, and both of the conversation that was opened; a no is not told. */
async function tell(context: Context, { request, changed, opened }: Outcome): Promise<void> {
  const { id: requestId, sender, receiver, status } = request
  if (opened !== null) {
    const conversation = await readConversation(context, opened, sender.id)
    if (conversation) await announceConversation(context, 'created', { id: opened, version: conversation.version })
  }
  if (!changed || status === 'rejected') return
  if (status === 'pending')
    await notify(context, { userId: receiver.id, type: 'friend_request', actorId: sender.id, requestId })
  else await notify(context, { userId: sender.id, type: 'friend_request_accepted', actorId: receiver.id, requestId })
}
