import type { Context } from '../../context.js'
import { createNotifications, dropOldNotifications, type Occasion } from '../../store/notifications.js'

type Notifier = Pick<Context, 'database' | 'hub' | 'log'>

/**
 * Keeps a notification for somebody and shows it on their devices; call it after the commit. Nobody is notified of
 * what they did themselves, across a block, from a conversation they have muted, or twice of one message. It never
 * fails: what caused it is done already.
 */
export function notify(context: Notifier, { userId, ...occasion }: Occasion & { userId: string }): Promise<void> {
  return notifyAll(context, [userId], occasion)
}

/** The same for several people at once. */
export async function notifyAll(context: Notifier, userIds: readonly string[], occasion: Occasion): Promise<void> {
  try {
    const created = await createNotifications(context.database, userIds, occasion)
    for (const [userId, data] of created) context.hub.tell([userId], { type: 'notification.new', data })
    await dropOldNotifications(context.database, created.keys())
  } catch (error) {
    const { type, conversationId, messageId, requestId } = occasion
    context.log.error('Nobody could be notified', { error, type, conversationId, messageId, requestId })
  }
}
