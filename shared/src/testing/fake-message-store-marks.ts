import type { ReadMark__Output } from '../generated/proto/meeshy/messaging/v1/ReadMark.js'

/** How far everybody has read, in the fake service. */
export class FakeReadMarks {
  /** By conversation, then by user, those that moved last at the end. */
  readonly #marks = new Map<string, Map<string, ReadMark__Output>>()

  /** Moves a mark forward; false when it stands there already. */
  move(conversationId: string, userId: string, seq: number): boolean {
    if (seq <= this.of(conversationId, userId)) return false
    const marks = this.#marks.get(conversationId) ?? new Map<string, ReadMark__Output>()
    this.#marks.set(conversationId, marks)
    marks.delete(userId)
    marks.set(userId, { userId, seq, updatedAt: new Date().toISOString() })
    return true
  }

  /** Up to where somebody has read; 0 for nothing. */
  of(conversationId: string, userId: string): number {
    return this.#marks.get(conversationId)?.get(userId)?.seq ?? 0
  }

  /** The latest movements first. */
  list(conversationId: string): ReadMark__Output[] {
    return [...(this.#marks.get(conversationId)?.values() ?? [])].reverse()
  }
}
