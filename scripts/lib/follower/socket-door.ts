import type { Door } from '../durability/author.js'
import type { Told } from '../durability/ledger.js'
import type { Follower } from './follower.js'

/** What an author asks for, over the socket of a follower: each again until it is answered. */
export function socketDoor(follower: Follower): Door {
  return {
    create: async ({ senderId: _, ...message }) => ({ message: (await follower.ask('message.send', message)) as Told }),
    update: async ({ userId: _, ...edit }) => ({ message: (await follower.ask('message.edit', edit)) as Told }),
    async remove({ messageId }) {
      await follower.ask('message.delete', { messageId })
      return until(() => follower.rest.call<Told>('GET', `/api/messages/${messageId}`))
    },
    markAsRead: async ({ userId: _, ...place }) => (await follower.ask('message.read', place)) as { seq: number },
  }
}

const limitMs = 300_000
const pauseMs = 100

/** The gateway may be away for a moment. */
async function until<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const end = performance.now() + limitMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
