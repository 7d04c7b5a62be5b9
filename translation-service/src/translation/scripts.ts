import type { Language } from '@meeshy/shared/languages'

/** The writing systems of the ten languages, as letters show them. */
export type Script = 'latin' | 'cyrillic' | 'arabic' | 'han' | 'kana' | 'other'

const SCRIPTS: readonly (readonly [Script, RegExp])[] = [
  ['latin', /\p{Script=Latin}/u],
  ['cyrillic', /\p{Script=Cyrillic}/u],
  ['arabic', /\p{Script=Arabic}/u],
  ['han', /[\p{Script=Han}々〆]/u],
  ['kana', /[\p{Script=Hiragana}\p{Script=Katakana}ー]/u],
]

/** How many letters of each script a text has. Digits, marks and emoji count nowhere. */
export function countLetters(text: string): Record<Script, number> {
  const counts: Record<Script, number> = { latin: 0, cyrillic: 0, arabic: 0, han: 0, kana: 0, other: 0 }
  for (const [letter] of text.matchAll(/\p{L}/gu)) counts[scriptOf(letter)]++
  return counts
}

/** The scripts that a language is written in. */
export function scriptsOf(language: Language): readonly Script[] {
  switch (language) {
    case 'ru':
      return ['cyrillic']
    case 'ar':
      return ['arabic']
    case 'zh':
      return ['han']
    case 'ja':
      return ['kana', 'han']
    default:
      return ['latin']
  }
}

function scriptOf(letter: string): Script {
  return SCRIPTS.find(([, pattern]) => pattern.test(letter))?.[0] ?? 'other'
}
