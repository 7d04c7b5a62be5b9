import type { FrameHandler } from './handler.js'

/** Whether somebody sits in front of this device. */
export const presenceSet: FrameHandler<'presence.set'> = {
  policy: { who: 'guest' },
  async handle({ sockets, connection }, { status }) {
    sockets.context.presence.set(connection, status)
    return {}
  },
}
