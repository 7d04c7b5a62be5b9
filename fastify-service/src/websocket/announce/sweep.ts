import type { Context } from '../../context.js'
import { sweepGuests } from '../../store/share-links/sweep-guests.js'
import { type Announcer, announceMember } from './announce.js'

/** Takes guests out of their rooms who cannot come back. Nobody waits for it to succeed. */
export async function sweepRoom(
  context: Announcer & Pick<Context, 'database' | 'log'>,
  conversationId: string,
): Promise<void> {
  try {
    for (const gone of await sweepGuests(context.database, conversationId)) {
      const { userId, version } = gone
      context.hub.disconnectUser(userId)
      await announceMember(context, 'removed', gone.conversationId, { userId, version })
    }
  } catch (error) {
    context.log.warn('Guests who have gone could not be swept', { error, conversationId })
  }
}
