import { randomUUID } from 'node:crypto'
import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import { wantedLanguage } from '@meeshy/shared/reader-view'
import type { ChatClient } from '../lib/chat-client.js'
import type { FrameOf } from '../lib/chat-socket.js'

/** What one person sees of a message in the end, and when it came (milliseconds after it was sent). */
export type View = { reader: ChatClient } & (
  | { kind: 'translated'; text: string; originalMs: number; translationMs: number; model: string }
  | { kind: 'original'; text: string; originalMs: number; reason: string }
  | { kind: 'missing'; what: string }
)

const originalLimitMs = 10_000
const translationLimitMs = 60_000

/** Sends a line and waits until everybody else has its final form, or the report that there is none. */
export async function playLine(
  author: ChatClient,
  readers: readonly ChatClient[],
  conversationId: string,
  text: string,
): Promise<View[]> {
  const clientMessageId = randomUUID()
  const sentAt = performance.now()
  const views = readers.map((reader) =>
    viewOf(reader, clientMessageId, sentAt).catch(
      (error: Error): View => ({ reader, kind: 'missing', what: error.message }),
    ),
  )
  await author.say(conversationId, text, clientMessageId)
  return Promise.all(views)
}

async function viewOf(reader: ChatClient, clientMessageId: string, sentAt: number): Promise<View> {
  const { at, message } = await receiveOriginal(reader, clientMessageId)
  const original = { reader, originalMs: at - sentAt, text: message.display?.text ?? '' }
  const { language } = reader.profile
  const known = message.translations[language]
  if (message.display?.translated) {
    // The memory had it: the first frame carries the translation.
    return {
      ...original,
      kind: 'translated',
      translationMs: original.originalMs,
      model: `${known?.model}, from memory`,
    }
  }
  const wanted = wantedLanguage({ language, understood: [], autoTranslate: true }, message.originalLanguage)
  if (!wanted) return { ...original, kind: 'original', reason: 'nothing to translate' }
  if (known?.status === 'skipped' || known?.status === 'failed') {
    return { ...original, kind: 'original', reason: known.reason ?? known.status }
  }
  const { at: resultAt, frame } = await receiveResult(reader, message.id, language)
  if (frame.type === 'message.translated') {
    const { text, model } = frame.data
    return { ...original, kind: 'translated', text, translationMs: resultAt - sentAt, model: model ?? 'unknown model' }
  }
  return { ...original, kind: 'original', reason: frame.data.reason ?? frame.data.status }
}

async function receiveOriginal(reader: ChatClient, clientMessageId: string) {
  const isOriginal = (frame: ServerFrame): frame is FrameOf<'message.new'> =>
    frame.type === 'message.new' && frame.data.clientMessageId === clientMessageId
  const { at, frame } = await reader.socket.waitFor(isOriginal, { what: 'the message', limitMs: originalLimitMs })
  return { at, message: frame.data }
}

async function receiveResult(reader: ChatClient, messageId: string, language: string) {
  const isResult = (frame: ServerFrame): frame is FrameOf<'message.translated' | 'message.translation_failed'> =>
    (frame.type === 'message.translated' || frame.type === 'message.translation_failed') &&
    frame.data.messageId === messageId
  const what = `the translation into ${language}`
  return reader.socket.waitFor(isResult, { what, limitMs: translationLimitMs })
}
