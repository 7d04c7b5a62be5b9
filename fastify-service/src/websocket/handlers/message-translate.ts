import { presentTranslation } from '../../grpc/present.js'
import type { FrameHandler } from './handler.js'

/** The translation of a message into one language, made now when it is not there. */
export const messageTranslate: FrameHandler<'message.translate'> = {
  policy: { who: 'guest', on: 'message', as: 'reader' },
  waits: true,
  async handle({ sockets, connection, holder, requestId }, request) {
    const settings = { requestId, signal: connection.gone }
    const { messaging } = sockets.context
    const translation = await messaging.translateMessage({ ...request, userId: holder.userId }, settings)
    return { language: translation.language, ...presentTranslation(translation) }
  },
}
