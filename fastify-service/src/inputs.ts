import { type Language, toLanguage } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'

/** The thing, or `not_found`: for what does not exist and for what the caller may not see, in the same words. */
export function found<Thing>(thing: Thing | null | undefined): Thing {
  if (thing === null || thing === undefined) throw new Problem('not_found')
  return thing
}

/** A field that its schema cannot judge alone. `pointer` is its JSON pointer. */
export function invalid(pointer: string, message: string): Problem {
  return new Problem('validation_failed', undefined, { errors: [{ pointer, message }] })
}

/** @throws Problem validation_failed when the locale is none of the ten languages */
export function readLanguage(locale: string, pointer: string): Language {
  const language = toLanguage(locale)
  if (!language) throw invalid(pointer, 'must be one of the ten languages')
  return language
}

export function readLanguages(locales: readonly string[], pointer: string): Language[] {
  return locales.map((locale, index) => readLanguage(locale, `${pointer}/${index}`))
}

/** The first of the ten that an Accept-Language header names, English when there is none. */
export function languageOfHeader(header: string | undefined): Language {
  for (const part of header?.split(',') ?? []) {
    const language = toLanguage(part.split(';', 1)[0]?.trim() ?? '')
    if (language) return language
  }
  return 'en'
}
