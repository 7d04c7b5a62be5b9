/** The ten languages, in the order in which they are listed everywhere. */
export const languages = ['fr', 'en', 'es', 'de', 'it', 'pt', 'ru', 'zh', 'ja', 'ar'] as const

export type Language = (typeof languages)[number]

/** The language of a text without words (digits, emoji, links): never translated. */
export const undetermined = 'und'

export interface LanguageInfo {
  /** English name. */
  name: string
  /** The language's name in itself. */
  nativeName: string
  /** FLORES-200 code, the vocabulary of the NLLB models. */
  nllb: string
  /** ISO 15924 script. */
  script: 'Latn' | 'Cyrl' | 'Hans' | 'Jpan' | 'Arab'
  direction: 'ltr' | 'rtl'
}

export const languageInfo: Record<Language, LanguageInfo> = {
  fr: { name: 'French', nativeName: 'français', nllb: 'fra_Latn', script: 'Latn', direction: 'ltr' },
  en: { name: 'English', nativeName: 'English', nllb: 'eng_Latn', script: 'Latn', direction: 'ltr' },
  es: { name: 'Spanish', nativeName: 'español', nllb: 'spa_Latn', script: 'Latn', direction: 'ltr' },
  de: { name: 'German', nativeName: 'Deutsch', nllb: 'deu_Latn', script: 'Latn', direction: 'ltr' },
  it: { name: 'Italian', nativeName: 'italiano', nllb: 'ita_Latn', script: 'Latn', direction: 'ltr' },
  pt: { name: 'Portuguese', nativeName: 'português', nllb: 'por_Latn', script: 'Latn', direction: 'ltr' },
  ru: { name: 'Russian', nativeName: 'русский', nllb: 'rus_Cyrl', script: 'Cyrl', direction: 'ltr' },
  zh: { name: 'Chinese', nativeName: '中文', nllb: 'zho_Hans', script: 'Hans', direction: 'ltr' },
  ja: { name: 'Japanese', nativeName: '日本語', nllb: 'jpn_Jpan', script: 'Jpan', direction: 'ltr' },
  ar: { name: 'Arabic', nativeName: 'العربية', nllb: 'arb_Arab', script: 'Arab', direction: 'rtl' },
}

export function isLanguage(code: string): code is Language {
  return (languages as readonly string[]).includes(code)
}

/** Maps a locale to one of the ten ("pt-BR" → "pt", "zh_Hans" → "zh", "EN" → "en"), or to null. */
export function toLanguage(locale: string): Language | null {
  const code = locale.toLowerCase().split(/[-_]/, 1)[0] ?? ''
  return isLanguage(code) ? code : null
}

/** Reads a stored list ("en,de"); the database has no arrays. */
export function parseLanguageList(list: string): Language[] {
  return list.split(',').filter(isLanguage)
}

/** Writes a list as it is stored, each language once. */
export function formatLanguageList(list: readonly Language[]): string {
  return [...new Set(list)].join(',')
}
