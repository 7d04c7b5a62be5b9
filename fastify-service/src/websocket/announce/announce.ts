import type { ConversationChange, MemberChange } from '@meeshy/shared/frames/server-frames'
import type { Context } from '../../context.js'

/** What has to know of changes of a room. */
export type Announcer = Pick<Context, 'rooms' | 'hub' | 'presence' | 'typing'>

/** Tells every device of every member that a conversation has changed, after the commit. */
export async function announceConversation(
  context: Announcer,
  type: 'created' | 'updated',
  change: ConversationChange,
): Promise<void> {
  context.rooms.forget(change.id)
  const members = await context.rooms.read(change.id)
  context.presence.setMembers(change.id, members)
  context.hub.tell(members.keys(), { type: `conversation.${type}`, conversationId: change.id, data: change })
}

/** Tells those who were the members that a conversation is gone, after the commit. */
export function announceDeletion(context: Announcer, memberIds: string[], change: ConversationChange): void {
  context.rooms.forget(change.id)
  context.presence.setMembers(change.id, new Map())
  context.hub.leave(memberIds, change.id)
  context.hub.tell(memberIds, { type: 'conversation.deleted', conversationId: change.id, data: change })
}

/** Tells the members, and who is one no more, of a change among them, after the commit. */
export async function announceMember(
  context: Announcer,
  type: 'added' | 'updated' | 'removed',
  conversationId: string,
  change: MemberChange,
): Promise<void> {
  context.rooms.forget(conversationId)
  const members = await context.rooms.read(conversationId)
  context.presence.setMembers(conversationId, members)
  if (!members.has(change.userId)) {
    context.hub.leave([change.userId], conversationId)
    context.typing.stop(conversationId, change.userId)
  }
  context.hub.tell(new Set([...members.keys(), change.userId]), {
    type: `member.${type}`,
    conversationId,
    data: change,
  })
}
