import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import { expect, it } from 'vitest'
import { encode } from '../delivery/outgoing.js'
import { withoutPeople } from './presence-withdrawal.js'

const hidden = new Set(['ana'])

it('takes people out of what waits of presence, and nothing stays of a frame about them alone', () => {
  const both = encode({ type: 'presence', data: { users: { ana: 'online', bruno: 'away' } } })
  expect(withoutPeople(both, hidden)?.frame).toEqual({ type: 'presence', data: { users: { bruno: 'away' } } })
  expect(withoutPeople(encode({ type: 'presence', data: { users: { ana: 'online' } } }), hidden)).toBeNull()
})

it('takes them out of who is typing, and leaves who typed there before with nobody', () => {
  const typing = (userIds: string[]): ServerFrame => ({
    type: 'typing',
    conversationId: 'c',
    data: { userIds, expiresInMs: 6_000 },
  })
  expect(withoutPeople(encode(typing(['ana', 'bruno'])), hidden)?.frame).toEqual(typing(['bruno']))
  expect(withoutPeople(encode(typing(['ana'])), hidden)?.frame).toEqual(typing([]))
})

it('keeps everything else as it was', () => {
  const others: ServerFrame[] = [
    { type: 'presence', data: { users: { bruno: 'online' } } },
    { type: 'typing', conversationId: 'c', data: { userIds: ['bruno'], expiresInMs: 1 } },
    { type: 'message.read', conversationId: 'c', data: { userId: 'ana', seq: 1 } },
  ]
  for (const frame of others) {
    const outgoing = encode(frame)
    expect(withoutPeople(outgoing, hidden)).toBe(outgoing)
  }
})
