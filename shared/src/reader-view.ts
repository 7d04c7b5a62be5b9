import { isLanguage, type Language } from './languages.js'

/** What decides which text somebody sees in one conversation. */
export interface Reader {
  /** The language to translate into: the conversation's override, or the preferred one. */
  language: Language
  /** Languages whose originals are shown as they are. */
  understood: readonly Language[]
  autoTranslate: boolean
}

/** The part of a message that the view needs; both services' message types have it. */
export interface ViewedMessage {
  content: string
  originalLanguage: string
  revision: number
  deletedAt?: string | null
  translations: readonly ViewedTranslation[]
}

export interface ViewedTranslation {
  language: string
  status: string
  revision: number
  text?: string | null
}

/** The text that one reader sees. */
export interface Display {
  language: string
  text: string
  translated: boolean
}

/**
 * The language this reader needs a text of `originalLanguage` translated into, or null when they see the original:
 * it is their language or one they understand, it has no words ("und"), or they switched translation off.
 */
export function wantedLanguage(reader: Reader, originalLanguage: string): Language | null {
  if (!reader.autoTranslate || !isLanguage(originalLanguage)) return null
  if (originalLanguage === reader.language || reader.understood.includes(originalLanguage)) return null
  return reader.language
}

/** The languages that a group of readers needs, each once. */
export function wantedLanguages(readers: Iterable<Reader>, originalLanguage: string): Language[] {
  const wanted = new Set<Language>()
  for (const reader of readers) {
    const language = wantedLanguage(reader, originalLanguage)
    if (language) wanted.add(language)
  }
  return [...wanted]
}

/**
 * The one rule for which text a reader sees, for live frames, history, previews and notifications: the translation
 * they need when it is ready for this revision, the original otherwise; null for a deleted message.
 */
export function displayFor(reader: Reader, message: ViewedMessage): Display | null {
  if (message.deletedAt) return null
  const language = wantedLanguage(reader, message.originalLanguage)
  const translation = message.translations.find((candidate) => candidate.language === language)
  if (translation?.status === 'ready' && translation.revision === message.revision && translation.text) {
    return { language: translation.language, text: translation.text, translated: true }
  }
  return { language: message.originalLanguage, text: message.content, translated: false }
}

/** Builds a reader from the stored preferences of a member. */
export function readerOf(member: {
  languageOverride: string | null
  autoTranslate: boolean
  preferredLanguage: string
  understood: readonly Language[]
}): Reader {
  const language = member.languageOverride ?? member.preferredLanguage
  // A language of another version: this reader sees originals, and the rest of the room is served.
  if (!isLanguage(language)) return { language: 'en', understood: [], autoTranslate: false }
  const understood = [...member.understood]
  // Whoever reads a conversation in another language still reads their own.
  if (isLanguage(member.preferredLanguage)) understood.push(member.preferredLanguage)
  return { language, understood, autoTranslate: member.autoTranslate }
}
