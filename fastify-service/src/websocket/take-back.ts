import { encode, type Outgoing } from './outgoing.js'

/**
 * A queued frame after the deletion of a message: a tombstone where it brought the message, null where it brought a
 * translation, and every other frame as it was. What is being replayed is made anew from the log instead.
 */
export function withoutText(outgoing: Outgoing, messageId: string, deletedAt: string): Outgoing | null {
  const { frame } = outgoing
  if (frame.type === 'message.translated') return frame.data.messageId === messageId ? null : outgoing
  if (frame.type !== 'message.new' && frame.type !== 'message.edited') return outgoing
  if (frame.data.id !== messageId) return outgoing
  return encode({ ...frame, data: { ...frame.data, content: null, display: null, translations: {}, deletedAt } })
}
