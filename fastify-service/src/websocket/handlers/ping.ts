import type { FrameHandler } from './handler.js'

/** Answers, so that a client behind a silent proxy knows that the line is alive. */
export const ping: FrameHandler<'ping'> = {
  policy: { who: 'guest' },
  handle: async () => ({}),
}
