// The process of a crowd.
import { serveMeasured } from '../lib/measured-process.js'
import { Members } from './members.js'

export interface Place {
  port: number
  tokens: string[]
}

export type Order =
  | { sit: Place }
  | { goDeaf: number }
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
    return members?.say(order.say)
  },
)
