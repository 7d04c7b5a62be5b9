// The process of a crowd.
import { serveMeasured } from '../lib/measured-process.js'
import { Members } from './members.js'

export interface Place {
  port: number
  tokens: string[]
  /** What they say, again and again in each message; only where they say something. */
  phrase?: string
}

export type Order =
  | { sit: Place }
  | { goDeaf: number }
  | { hearAgain: true }
  | { say: { conversationId: string; messages: number; perSecond: number } }

let members: Members | undefined

serveMeasured(
  {},
  async () => {},
  async (order: Order) => {
    if ('sit' in order) {
      members = new Members(order.sit)
      return members.sit()
    }
    if ('goDeaf' in order) return members?.goDeaf(order.goDeaf)
    if ('hearAgain' in order) return members?.hearAgain()
    return members?.say(order.say)
  },
)
