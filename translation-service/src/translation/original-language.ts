import { type Language, undetermined } from '@meeshy/shared/languages'
import { detectLanguage } from './detect.js'
import { hasTranslatableText } from './spans.js'

export interface OriginalLanguage {
  /** One of the ten, or "und". */
  originalLanguage: string
  /** "client", "detected" or "profile". */
  languageSource: string
}

/** The language of a message: what the client says of it, or what the text says, or what its sender writes mostly. */
export async function languageOf(
  content: string,
  given: Language | null,
  profile: Language,
): Promise<OriginalLanguage> {
  // Whatever the client says of it, text without words has no language and needs no translation.
  if (!hasTranslatableText(content)) return { originalLanguage: undetermined, languageSource: 'detected' }
  if (given) return { originalLanguage: given, languageSource: 'client' }
  const { language, source } = await detectLanguage(content, profile)
  return { originalLanguage: language, languageSource: source }
}
