import type { EventFrame } from '@meeshy/shared/frames/event-frames'
import type { ResumedData } from '@meeshy/shared/frames/server-frames'
import { encode, type Outgoing } from './outgoing.js'

type Resumed = ResumedData['conversations'][string]

/**
 * A queued frame after the deletion of a message: a tombstone where it brought the message, null where it brought a
 * translation, and every other frame as it was.
 */
export function withoutText(outgoing: Outgoing, messageId: string, deletedAt: string): Outgoing | null {
  const { frame, exempt } = outgoing
  if (frame.type === 'resumed') {
    const { conversations } = frame.data
    if (!Object.values(conversations).some((part) => eventsOf(part).some((event) => isAbout(event, messageId)))) {
      return outgoing
    }
    const cleared = Object.entries(conversations).map(([id, part]) => [id, clear(part, messageId, deletedAt)])
    return encode({ type: 'resumed', data: { conversations: Object.fromEntries(cleared) } }, { exempt })
  }
  if (!isEvent(frame) || !isAbout(frame, messageId)) return outgoing
  const left = bury(frame, deletedAt)
  return left && encode(left, { exempt })
}

/** A queued frame of somebody who has left a conversation: null where it is of that one. */
export function withoutConversation(outgoing: Outgoing, conversationId: string): Outgoing | null {
  const { frame, exempt } = outgoing
  if ('conversationId' in frame) return frame.conversationId === conversationId ? null : outgoing
  if (frame.type !== 'resumed' || !(conversationId in frame.data.conversations)) return outgoing
  const gone = { resync: true, reason: 'not_found' } as const
  const conversations = { ...frame.data.conversations, [conversationId]: gone }
  return encode({ type: 'resumed', data: { conversations } }, { exempt })
}

function clear(part: Resumed, messageId: string, deletedAt: string): Resumed {
  if (!('events' in part)) return part
  const events = part.events.flatMap((event) => (isAbout(event, messageId) ? (bury(event, deletedAt) ?? []) : event))
  return { ...part, events }
}

function eventsOf(part: Resumed): EventFrame[] {
  return 'events' in part ? part.events : []
}

function isEvent(frame: Outgoing['frame']): frame is EventFrame {
  return 'eventSeq' in frame
}

function isAbout({ data }: EventFrame, messageId: string): boolean {
  return ('id' in data ? data.id : data.messageId) === messageId
}

/** The event without people's words; null for a translation, which was nothing else. */
function bury(event: EventFrame, deletedAt: string): EventFrame | null {
  if (event.type === 'message.translated') return null
  if (event.type !== 'message.new' && event.type !== 'message.edited') return event
  return { ...event, data: { ...event.data, content: null, display: null, translations: {}, deletedAt } }
}
