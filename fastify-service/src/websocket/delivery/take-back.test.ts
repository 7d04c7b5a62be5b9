import type { EventFrame } from '@meeshy/shared/frames/event-frames'
import { describe, expect, it } from 'vitest'
import { encode } from './outgoing.js'
import { withoutConversation, withoutText } from './take-back.js'

const deletedAt = '2026-01-02T00:00:00.000Z'

function written(messageId: string, conversationId = 'tea'): EventFrame {
  const data = {
    id: messageId,
    conversationId,
    seq: 1,
    content: 'secret',
    display: { text: 'secret' },
    translations: {},
  }
  return { type: 'message.new', conversationId, eventSeq: 1, data } as unknown as EventFrame
}

function translated(messageId: string): EventFrame {
  const data = { messageId, revision: 1, language: 'fr', text: 'secret', model: null, confidence: null }
  return { type: 'message.translated', conversationId: 'tea', eventSeq: 2, data }
}

const deleted: EventFrame = {
  type: 'message.deleted',
  conversationId: 'tea',
  eventSeq: 3,
  data: { messageId: 'gone', seq: 1 },
}
const tombstone = { content: null, display: null, translations: {}, deletedAt }

function resumed(...events: EventFrame[]) {
  const conversations = { tea: { events, more: true }, coffee: { resync: true, reason: 'retention' } } as const
  return encode({ type: 'resumed', data: { conversations } }, { exempt: true })
}

describe('after the deletion of a message', () => {
  it('its frame is a tombstone, its translation is gone, and the rest is as it was', () => {
    const after = (frame: EventFrame) => withoutText(encode(frame), 'gone', deletedAt)
    expect(after(written('gone'))?.frame).toMatchObject({ type: 'message.new', eventSeq: 1, data: tombstone })
    expect(after(translated('gone'))).toBeNull()
    expect(after(deleted)?.frame).toBe(deleted)
    const other = encode(written('other'))
    expect(withoutText(other, 'gone', deletedAt)).toBe(other)
  })

  it('the same holds inside what is replayed, which stays exempt', () => {
    const events = [written('gone'), translated('gone'), deleted, written('other')]
    const after = withoutText(resumed(...events), 'gone', deletedAt)
    expect(after?.exempt).toBe(true)
    expect(after?.frame).toMatchObject({
      data: {
        conversations: {
          tea: {
            events: [{ data: tombstone }, { type: 'message.deleted' }, { data: { content: 'secret' } }],
            more: true,
          },
          coffee: { resync: true },
        },
      },
    })
    const untouched = resumed(written('other'))
    expect(withoutText(untouched, 'gone', deletedAt)).toBe(untouched)
  })
})

it('after somebody has left a conversation, nothing of it is sent', () => {
  expect(withoutConversation(encode(written('any')), 'tea')).toBeNull()
  const other = encode(written('any', 'coffee'))
  expect(withoutConversation(other, 'tea')).toBe(other)
  expect(withoutConversation(resumed(written('any')), 'tea')?.frame).toMatchObject({
    data: { conversations: { tea: { resync: true, reason: 'not_found' }, coffee: { reason: 'retention' } } },
  })
  const hello = encode({ type: 'error', data: {} as never })
  expect(withoutConversation(hello, 'tea')).toBe(hello)
})
