import type { Language } from '@meeshy/shared/languages'
import { fragmentsOf } from './fragments.js'

/** A sentence and the whitespace after it. Only the first may be empty: it then stands for the text's leading space. */
export interface Sentence {
  text: string
  gap: string
}

/**
 * Splits a text into what a model can translate at once. `text + gap` of all, one after the other, is the text, byte
 * for byte. Newlines always part; abbreviations, initials, numbers, links and placeholders never do; marks and numbers
 * without words stay with their neighbour; what is too long for a model is parted at a comma or a space.
 */
export function splitSentences(text: string, language: Language): Sentence[] {
  const sentences: Sentence[] = []
  const leading = /^\s*/.exec(text)?.[0] ?? ''
  if (leading !== '') sentences.push({ text: '', gap: leading })
  for (const line of text.slice(leading.length).matchAll(/([^\n\r]*[^\n\r\s])(\s*?[\n\r]\s*|\s*$)/g)) {
    const [, words = '', lineGap = ''] = line
    for (const fragment of fragmentsOf(words, language)) sentences.push(trimmed(fragment))
    const last = sentences.at(-1) as Sentence
    last.gap += lineGap
  }
  return sentences
}

const UNSPACED: ReadonlySet<Language> = new Set(['zh', 'ja'])

/**
 * Joins translated sentences with the gaps of the original. Chinese and Japanese have no space between sentences, so
 * a single space is dropped there; the others get one where the original had none.
 */
export function joinSentences(sentences: readonly string[], gaps: readonly string[], target: Language): string {
  const last = sentences.length - 1
  return sentences
    .map(
      (sentence, index) =>
        sentence + (index < last && sentence !== '' ? gapFor(gaps[index] ?? '', target) : gaps[index]),
    )
    .join('')
}

function gapFor(gap: string, target: Language): string {
  if (UNSPACED.has(target)) return gap === ' ' ? '' : gap
  return gap === '' ? ' ' : gap
}

function trimmed(fragment: string): Sentence {
  const text = fragment.trimEnd()
  return { text, gap: fragment.slice(text.length) }
}
