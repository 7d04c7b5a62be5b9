import { ChatClient } from './chat-client.js'
import { newMessages } from './phrasebook.js'

const writerLanguage = 'fr'
const readerLanguages = ['en', 'de', 'ja'] as const

export interface Room {
  conversationId: string
  writer: ChatClient
  readers: ChatClient[]
  /** A text in the writer's language that nobody has sent before. */
  nextText(): string
}

/** A room of a French writer and readers of three other languages, all connected. */
export async function openRoom(gatewayUrl: string): Promise<Room> {
  const register = (language: typeof writerLanguage | (typeof readerLanguages)[number]) =>
    ChatClient.register(gatewayUrl, { displayName: language, language })
  const writer = await register(writerLanguage)
  const readers = await Promise.all(readerLanguages.map(register))
  const conversationId = await writer.createConversation('four languages', readers)
  await Promise.all([writer, ...readers].map((person) => person.connect()))
  const texts = newMessages(writerLanguage)
  return { conversationId, writer, readers, nextText: () => String(texts.next().value) }
}
