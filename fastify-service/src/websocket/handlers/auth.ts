import { Problem } from '@meeshy/shared/problems'
import { admit } from '../admit.js'
import type { Holder } from '../connection.js'
import type { FrameHandler } from './handler.js'

/** Signs in on an open socket, or extends the stay of who is already in with a fresh token. */
export const auth: FrameHandler<'auth', Holder | null> = {
  policy: { who: 'anybody' },
  async handle({ sockets, connection, holder }, { token }) {
    const identity = await sockets.authenticate(token)
    if (holder && holder.userId !== identity.userId) {
      throw new Problem('forbidden', 'This socket belongs to somebody else. Open another one.')
    }
    await admit(sockets, connection, identity)
    return { userId: identity.userId, expiresAt: identity.expiresAt.toISOString() }
  },
}
