import type { ConversationSummary__Output as Summary } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/ConversationSummary'
import { expect } from 'vitest'
import { now, type Room } from './model.js'
import type { Scene } from './scene.js'
import { checkOwnView } from './views.js'

/** Checks where a conversation and one of its members stand. The number of its last event is checked with the log. */
export function checkSummary(scene: Scene, room: Room, userId: string, summary: Summary | undefined): void {
  const { lastSeq } = room
  const last = room.messages.at(-1)
  const readSeq = room.readSeq(userId)
  expect(summary).toMatchObject({ lastSeq, readSeq, unreadCount: lastSeq - readSeq })
  expect(summary?.lastActivityAt).toBe(last && now(last).createdAt)
  const marks = summary?.readMarks.map((mark) => [mark.userId, mark.seq] as const)
  expect(new Map(marks)).toEqual(new Map([...room.marks].filter(([id]) => room.members.has(id))))
  const { lastMessage } = summary as Summary
  if (last && lastMessage) checkOwnView(scene, scene.model.reader(room, userId), lastMessage, now(last))
  else expect([last, lastMessage]).toEqual([undefined, null])
}
