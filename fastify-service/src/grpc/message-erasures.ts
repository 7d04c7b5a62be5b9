import { newId } from '@meeshy/shared/ids'
import type { Context } from '../context.js'
import { findUnerased, settleErasure } from '../store/accounts/message-erasures.js'

/** Promised erasures reach the translation service this soon after it is back. */
const roundMs = 5_000

/** Has the messages of a deleted conversation erased. The translation service finds out by itself when it cannot be told. */
export async function eraseMessagesIn(
  { messaging, log }: Pick<Context, 'messaging' | 'log'>,
  conversationId: string,
  requestId: string,
): Promise<void> {
  try {
    await messaging.eraseConversation(conversationId, requestId)
  } catch (error) {
    log.warn('The messages of a deleted conversation are erased later', { conversationId, error })
  }
}

/** Has a deleted person's messages erased; when nobody can be told of it now, a later round of `startMessageErasures` is. */
export async function eraseMessagesOf(
  { database, messaging, log }: Pick<Context, 'database' | 'messaging' | 'log'>,
  userId: string,
  requestId: string,
): Promise<void> {
  try {
    await messaging.eraseUserMessages(userId, requestId)
    await settleErasure(database, userId)
  } catch (error) {
    log.warn('The messages of a deleted account are erased later', { userId, error })
  }
}

/** Passes on, until it is closed, the erasures that could not be when the accounts were deleted. */
export function startMessageErasures(context: Context): { close(): Promise<void> } {
  let round = Promise.resolve()
  let busy = false
  const timer = setInterval(() => {
    if (busy || !context.messaging.ready()) return
    busy = true
    round = passOn(context).finally(() => {
      busy = false
    })
  }, roundMs)
  return {
    close: async () => {
      clearInterval(timer)
      await round
    },
  }
}

async function passOn(context: Context): Promise<void> {
  try {
    for (const userId of await findUnerased(context.database)) await eraseMessagesOf(context, userId, newId())
  } catch (error) {
    context.log.warn('Deleted accounts with messages could not be looked up', { error })
  }
}
