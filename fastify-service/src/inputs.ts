import { type Language, toLanguage } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'

/** Characters of an image's address. */
export const imageUrlLimit = 2048

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

/**
 * The address of an image, as the URL standard writes it; it is never fetched here.
 *
 * @throws Problem validation_failed unless it is an https URL without credentials
 */
export function readImageUrl(text: string, pointer: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol !== 'https:') throw invalid(pointer, 'must be an https URL')
  if (url.username || url.password) throw invalid(pointer, 'must hold no credentials')
  if (url.href.length > imageUrlLimit) throw invalid(pointer, `must not have more than ${imageUrlLimit} characters`)
  return url.href
}

/** The first of the ten that an Accept-Language header names, English when there is none. */
export function languageOfHeader(header: string | undefined): Language {
  for (const part of header?.split(',') ?? []) {
    const language = toLanguage(part.split(';', 1)[0]?.trim() ?? '')
    if (language) return language
  }
  return 'en'
}
