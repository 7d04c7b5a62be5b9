import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import type { EventFrame } from '@meeshy/shared/frames/event-frames'
import { describe, expect, it } from 'vitest'
import { FollowedRoom } from '../lib/follower/followed-room.js'

/** What the long tests rest on: a follower that is told wrong notices. */
describe('a followed room', () => {
  it('is content with events in order, with holes between their numbers, and with repeats', () => {
    const room = roomWith(written(1, 1), written(2, 4), written(2, 4), written(1, 1), written(3, 5))
    expect(room).toMatchObject({ violations: [], repeats: 2, lastSeq: 3, lastEventSeq: 5, unreadCount: 3 })
  })

  it.each([
    ['a gap between messages', [written(1, 1), written(3, 2)]],
    ['an event before one that is known', [written(1, 1), written(2, 3), deleted(1, 2)]],
    ['two messages in one place', [written(1, 1), { ...written(1, 2), data: { ...message(1), id: 'other' } }]],
    ['the same message in two places', [written(1, 1), { ...written(2, 2), data: { ...message(2), id: 'm1' } }]],
    ['a change of a message that never came', [written(1, 1), deleted(2, 2)]],
  ] as [string, EventFrame[]][])('notices %s', (_, events) => {
    expect(roomWith(...events).violations).toHaveLength(1)
  })

  it('leaves out what comes live while it is resuming, and keeps it for after a fetch', () => {
    const room = new FollowedRoom('room', 'me')
    room.take(written(1, 1))
    expect(room.lastEventSeq).toBe(0)
    room.beginFetch()
    room.take(written(1, 1))
    room.take(written(2, 2))
    const standing = { id: 'room', version: 1, lastSeq: 1, lastEventSeq: 1, readSeq: 0, unreadCount: 1 }
    room.replace([message(1)], standing)
    expect(room).toMatchObject({ violations: [], repeats: 1, lastSeq: 2, lastEventSeq: 2, mode: 'live' })
  })
})

function roomWith(...events: EventFrame[]): FollowedRoom {
  const room = new FollowedRoom('room', 'me')
  room.mode = 'live'
  for (const event of events) room.take(event)
  return room
}

function written(seq: number, eventSeq: number): EventFrame {
  return { type: 'message.new', conversationId: 'room', eventSeq, data: message(seq) }
}

function deleted(seq: number, eventSeq: number): EventFrame {
  return { type: 'message.deleted', conversationId: 'room', eventSeq, data: { messageId: `m${seq}`, seq } }
}

function message(seq: number): ClientMessage {
  return {
    id: `m${seq}`,
    conversationId: 'room',
    seq,
    revision: 1,
    senderId: 'somebody',
    clientMessageId: `c${seq}`,
    content: 'Hello',
    messageType: 'text',
    originalLanguage: 'en',
    languageSource: 'client',
    replyToId: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    editedAt: null,
    deletedAt: null,
    translations: {},
    display: { language: 'en', text: 'Hello', translated: false },
  }
}
