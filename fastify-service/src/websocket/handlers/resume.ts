import { setImmediate as nextTurn } from 'node:timers/promises'
import { closeCodes } from '@meeshy/shared/frames/close-codes'
import { messagesUnavailable } from '@meeshy/shared/messaging/problem-status'
import { Problem } from '@meeshy/shared/problems'
import { restartReason } from '../hub.js'
import { replay } from '../resume/replay.js'
import type { FrameHandler } from './handler.js'

/** Conversations of one socket that wait for their replay. */
const mostCatchingUp = 1_000

/** Brings what was missed: the ack says that it was understood, `resumed` frames follow. */
export const resume: FrameHandler<'resume'> = {
  policy: { who: 'guest', on: 'conversation', as: 'member' },
  async handle({ sockets, connection, holder, requestId }, { conversations, epoch }) {
    const { messaging, log } = sockets.context
    if (messaging.epoch === null) throw messagesUnavailable()
    const wanted = Object.entries(conversations)
    if (connection.catchUp.count + wanted.length > mostCatchingUp) {
      throw new Problem('overloaded', 'Too many conversations catch up. Wait for their `resumed` frames.')
    }
    // From here on nothing of them is sent but in its order.
    for (const [id] of wanted) connection.catchUp.begin(id)
    // After the ack.
    const seen = { userId: holder.userId, epoch, conversations: new Map(wanted) }
    void nextTurn()
      .then(() => connection.catchUp.queue(wanted.length, () => replay(sockets, connection, seen)))
      .catch((error: unknown) => {
        log.error('What a client has missed could not be read', { error, requestId })
        connection.close(closeCodes.restart, restartReason())
      })
    return {}
  },
}
