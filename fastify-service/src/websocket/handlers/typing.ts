import type { FrameHandler } from './handler.js'

/** Shows the others in a conversation that the user is typing, until they stop, or say no more for a while. */
export const typingStart: FrameHandler<'typing.start'> = {
  policy: { who: 'guest', on: 'conversation', as: 'member' },
  async handle() {
    return {}
  },
}

export const typingStop: FrameHandler<'typing.stop'> = {
  policy: { who: 'guest', on: 'conversation', as: 'member' },
  async handle() {
    return {}
  },
}
