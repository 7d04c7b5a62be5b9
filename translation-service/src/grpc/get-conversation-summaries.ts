import type { ConversationSummary } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/ConversationSummary'
import type { GetConversationSummariesRequest__Output as GetConversationSummariesRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationSummariesRequest'
import type { GetConversationSummariesResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/GetConversationSummariesResponse'
import { Problem } from '@meeshy/shared/problems'
import type { Context } from '../context.js'
import { type Member, readMemberships } from '../store/permissions.js'
import { readMemberMarks } from '../store/read-marks.js'
import { readStates, readSummaries, type Summary } from '../store/summaries.js'
import { seenBy } from './seen-by.js'
import { requireId } from './validate.js'

const maxConversations = 200
const maxReadMarks = 200

/** Returns counters, read marks and the last message of many conversations of one user. */
export async function getConversationSummariesRpc(
  request: GetConversationSummariesRequest,
  { database }: Context,
): Promise<GetConversationSummariesResponse> {
  const userId = requireId(request.userId, 'userId')
  const ids = [...new Set(request.conversationIds)].map((id) => requireId(id, 'conversationIds'))
  if (ids.length < 1 || ids.length > maxConversations) {
    throw new Problem('bad_request', `Give 1 to ${maxConversations} conversationIds.`)
  }
  const memberships = await readMemberships(database, userId, ids)
  if (request.countersOnly)
    return {
      summaries: await readCounters(
        database,
        ids.filter((id) => memberships.has(id)),
      ),
    }
  const found = await readSummaries(database, memberships)
  const summaries: ConversationSummary[] = []
  for (const conversationId of ids) {
    const [member, summary] = [memberships.get(conversationId), found.get(conversationId)]
    if (!member || !summary) continue
    const readMarks = request.withReadMarks ? await readMemberMarks(database, conversationId, maxReadMarks) : []
    summaries.push({ ...present(conversationId, summary, member), readMarks })
  }
  return { summaries }
}

async function readCounters(database: Context['database'], ids: string[]): Promise<ConversationSummary[]> {
  const states = await readStates(database, ids)
  return ids.map((conversationId) => {
    const { lastSeq = 0, lastEventSeq = 0 } = states.get(conversationId) ?? {}
    return { conversationId, lastSeq, lastEventSeq }
  })
}

function present(conversationId: string, summary: Summary, { reader }: Member): ConversationSummary {
  const { lastActivityAt, lastMessage, ...counters } = summary
  return {
    conversationId,
    ...counters,
    ...(lastActivityAt === null ? {} : { lastActivityAt }),
    lastMessage: lastMessage && seenBy(reader, lastMessage),
  }
}
