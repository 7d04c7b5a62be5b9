import { type Language, languages, toLanguage } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'

/** One of the ten, from a code or a locale of one. @throws Problem bad_request, naming the ten */
export function requireLanguage(value: string, name: string): Language {
  const language = toLanguage(value)
  if (language) return language
  throw new Problem('bad_request', `${name} must be one of ${languages.join(', ')}.`)
}
