import type { ProblemCode } from '@meeshy/shared/problems'
import type { Model } from './model.js'

/** The right refusal of a call, or null where it has to be done. */
type Refusal = ProblemCode | null

export interface CreateCall {
  conversationId: string
  senderId: string
  clientMessageId: string
  content: string
  replyToId?: string
}

/** A bad text is refused before anything is looked at, and a stranger before anything is said of the conversation. */
export function refusalOfCreate(model: Model, call: CreateCall): Refusal {
  const { conversationId, senderId, content, replyToId } = call
  if (!isAllowed(content)) return 'content_invalid'
  const room = model.rooms.find(({ id }) => id === conversationId)
  if (!room || !model.membership(room, senderId)) return 'not_found'
  const known = model.findSent(senderId, call.clientMessageId)
  // A repeat writes nothing, so it is answered also where one has blocked the other.
  if (known) return known.room === room && known.sent.firstContent === content ? null : 'idempotency_conflict'
  if (model.isBlocked(room, senderId)) return 'forbidden'
  if (replyToId !== undefined && model.find(replyToId)?.room !== room) return 'not_found'
  return null
}

export interface UpdateCall {
  messageId: string
  userId: string
  content: string
  expectedRevision?: number
}

/** Saying the same again is no edit, so no revision is in its way. */
export function refusalOfUpdate(model: Model, call: UpdateCall): Refusal {
  const { messageId, userId, content, expectedRevision } = call
  if (!isAllowed(content)) return 'content_invalid'
  const unseen = refusalOfRead(model, call)
  const found = model.find(messageId)
  if (unseen || !found || found.facts.deletedAt !== undefined) return 'not_found'
  const { room, facts } = found
  if (model.isBlocked(room, userId) || facts.senderId !== userId) return 'forbidden'
  if (facts.content === content) return null
  return expectedRevision !== undefined && expectedRevision !== facts.revision ? 'edit_conflict' : null
}

interface MessageCall {
  messageId: string
  userId: string
}

/** Messages are deleted by their authors and by moderators. */
export function refusalOfRemove(model: Model, call: MessageCall): Refusal {
  const unseen = refusalOfRead(model, call)
  const found = model.find(call.messageId)
  if (unseen || !found) return 'not_found'
  if (found.facts.senderId === call.userId) return null
  return model.membership(found.room, call.userId)?.role === 'moderator' ? null : 'forbidden'
}

/** A tombstone has nothing to translate. */
export function refusalOfTranslate(model: Model, call: MessageCall): Refusal {
  return refusalOfRead(model, call) ?? (model.find(call.messageId)?.facts.deletedAt === undefined ? null : 'not_found')
}

/** Every member may read, and mark as read. */
export function refusalOfRead(model: Model, { messageId, userId }: MessageCall): Refusal {
  const found = model.find(messageId)
  return found && model.membership(found.room, userId) ? null : 'not_found'
}

function isAllowed(content: string): boolean {
  return content !== '' && !content.includes('\0') && [...content].length <= 4000
}
