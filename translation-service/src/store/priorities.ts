/** Who waits for a translation; the smaller number goes first. */
export const priorities = {
  /** Somebody asked for this one and waits for the answer. */
  asked: 0,
  /** The readers of a new or edited message. */
  live: 1,
  /** A reader of history, who sees the original meanwhile. */
  visible: 2,
  /** Nobody yet: older pages that a reader may turn to. */
  background: 3,
} as const

export type Priority = (typeof priorities)[keyof typeof priorities]
