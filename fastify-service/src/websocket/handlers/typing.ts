import { Problem } from '@meeshy/shared/problems'
import type { FrameCall, FrameHandler } from './handler.js'

/** Shows the others in a conversation that the user is typing, until they stop, or say no more for a while. */
export const typingStart: FrameHandler<'typing.start'> = {
  policy: { who: 'guest', on: 'conversation', as: 'member' },
  async handle(call, { conversationId }) {
    await requireMember(call, conversationId)
    call.sockets.context.typing.start(conversationId, call.holder.userId)
    return {}
  },
}

export const typingStop: FrameHandler<'typing.stop'> = {
  policy: { who: 'guest', on: 'conversation', as: 'member' },
  async handle(call, { conversationId }) {
    await requireMember(call, conversationId)
    call.sockets.context.typing.stop(conversationId, call.holder.userId)
    return {}
  },
}

async function requireMember({ sockets, holder }: FrameCall, conversationId: string): Promise<void> {
  const reader = await sockets.context.rooms.reader(conversationId, holder.userId)
  if (!reader) throw new Problem('not_found')
}
