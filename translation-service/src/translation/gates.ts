import type { Language } from '@meeshy/shared/languages'
import { numbersAgree } from './numbers.js'
import { countLetters, scriptsOf } from './scripts.js'

/** A sentence and what a model made of it. Both may have ⟦0⟧ for protected spans, or both the spans themselves. */
export interface Candidate {
  sourceText: string
  sourceLanguage: Language
  target: Language
  text: string
  /** See TranslationOutput. */
  minLogProb: number
  /** The model's own threshold for it. */
  minTokenLogProb: number
}

export type GateReason = 'low_confidence' | 'declined' | 'numbers_changed' | 'wrong_script' | 'length' | 'repetition'

export type Verdict = { ok: true } | { ok: false; reason: GateReason }

/**
 * Whether a translation may be shown. A refused one costs its reader little: they see the original. A wrong one that is
 * shown costs trust, so every gate is on the side of the original.
 */
export function checkTranslation(candidate: Candidate): Verdict {
  const failed = gates.find(([, passes]) => !passes(candidate))
  return failed === undefined ? { ok: true } : { ok: false, reason: failed[0] }
}

/**
 * How sure the model was, from 0 to 1: the probability that it gave to the token it was least sure of, to three
 * decimals. It is not the probability that the translation is right.
 */
export function confidence(minLogProb: number): number {
  return Math.round(Math.exp(minLogProb) * 1000) / 1000
}

const gates: readonly (readonly [GateReason, (candidate: Candidate) => boolean])[] = [
  // The starter model is taught to write nothing for what it does not know.
  ['declined', ({ text }) => text.trim() !== ''],
  ['low_confidence', ({ minLogProb, minTokenLogProb }) => minLogProb >= minTokenLogProb],
  [
    'numbers_changed',
    ({ sourceText, text }) => numbersAgree(withoutPlaceholders(sourceText), withoutPlaceholders(text)),
  ],
  ['wrong_script', hasTargetScript],
  ['length', hasPlausibleLength],
  ['repetition', ({ sourceText, text }) => !REPEATED_FOUR_TIMES.test(text) || REPEATED_THRICE.test(sourceText)],
]

function withoutPlaceholders(text: string): string {
  return text.replace(/⟦\d+⟧/g, ' ')
}

/** Letters that were not copied from the source must be mostly the target's; a text of names may be a copy. */
function hasTargetScript({ sourceText, target, text }: Candidate): boolean {
  const copied = new Set(sourceText.match(/\p{L}+/gu))
  const own = (text.match(/\p{L}+/gu) ?? []).filter((word) => !copied.has(word))
  if (own.length === 0) return !isLongCopy(sourceText, target)
  const counts = countLetters(own.join(' '))
  if (target === 'zh' && counts.kana > 0) return false
  if (target === 'ja' && counts.kana === 0 && counts.han > LONGEST_WITHOUT_KANA) return false
  const wanted = scriptsOf(target).reduce((sum, script) => sum + counts[script], 0)
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return wanted * 2 >= all
}

/** A Japanese sentence with more characters than this has a particle or an ending, and so a kana. */
const LONGEST_WITHOUT_KANA = 8

/** Three words in a script that the target does not use are no name. */
function isLongCopy(sourceText: string, target: Language): boolean {
  const counts = countLetters(sourceText)
  const usable = scriptsOf(target).some((script) => counts[script] > 0)
  return !usable && (sourceText.match(/\p{L}+/gu) ?? []).length > 2
}

/** Letters and digits in which a language says what French says with one, measured on the starter model's phrasebook. */
const DENSITY: Readonly<Record<Language, number>> = {
  ...{ en: 0.91, fr: 1, es: 0.98, de: 1.09, it: 0.94, pt: 0.99, ru: 0.94 },
  ...{ zh: 0.32, ja: 0.6, ar: 0.78 },
}

function hasPlausibleLength({ sourceText, sourceLanguage, target, text }: Candidate): boolean {
  const expected = (lengthOf(sourceText) / DENSITY[sourceLanguage]) * DENSITY[target]
  const actual = lengthOf(text)
  // Short sentences differ more: "ok" is "d'accord".
  return actual <= 2.5 * expected + 14 * DENSITY[target] && actual >= 0.35 * expected - 4 * DENSITY[target]
}

function lengthOf(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0
}

// The same words again and again are what a model writes that has lost its thread. "Hahahaha" is what people write.
const REPEATED_FOUR_TIMES = /(\p{L}[^\n]{0,40}?)(?:[\s\p{P}]*\1){3}/u
const REPEATED_THRICE = /(\p{L}[^\n]{0,40}?)(?:[\s\p{P}]*\1){2}/u
