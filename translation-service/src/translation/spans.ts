import { type FoundSpan, findSpans } from './span-patterns.js'

/** A text with what no model may touch put aside: `prefix + masked + suffix`, with the spans back in, is the original. */
export interface ProtectedText {
  /** For the model. Its spans are written ⟦0⟧, ⟦1⟧ …; spans at its very beginning and end are not in it at all. */
  masked: string
  prefix: string
  suffix: string
  /** What stands for ⟦0⟧, ⟦1⟧ … */
  spans: readonly string[]
}

/** Why a text cannot be protected, and so not be translated. */
export interface Unprotectable {
  reason: 'too_many_spans' | 'reserved_characters'
}

/** As many placeholders as the models were taught to copy. */
const MAX_PLACEHOLDERS = 4

/** Links, e-mail addresses, mentions, channels, code and emoji are put aside, so that they come out unchanged. */
export function protectSpans(text: string): ProtectedText | Unprotectable {
  if (/[⟦⟧]/.test(text)) return { reason: 'reserved_characters' }
  const found = merge(text, findSpans(text), (one, other) => isEmoji(one) === isEmoji(other))
  const start = endOfPrefix(text, found)
  const end = startOfSuffix(text, found, start)
  const left = found.filter((span) => span.start >= start && span.end <= end)
  const inside = merge(text, left, () => true)
  const words = blank(text, inside)
  const amongWords = inside.filter((span) => /\p{L}/u.test(lineAround(words, span)))
  if (amongWords.length > MAX_PLACEHOLDERS) return { reason: 'too_many_spans' }
  // The model sees only lines with words; a line that is nothing but links may have any number.
  const numbered = [...new Set([...amongWords, ...inside])]
  const numbers = new Map(numbered.map((span, number) => [span, number]))
  let masked = ''
  let at = start
  for (const span of inside) {
    masked += `${text.slice(at, span.start)}⟦${numbers.get(span)}⟧`
    at = span.end
  }
  return {
    masked: masked + text.slice(at, end),
    prefix: text.slice(0, start),
    suffix: text.slice(end),
    spans: numbered.map((span) => text.slice(span.start, span.end)),
  }
}

/** Puts the spans back. Null when the translation lost one of them, has one twice, or made one up. */
export function restoreSpans(translated: string, { prefix, suffix, spans }: ProtectedText): string | null {
  const pieces = translated.split(/⟦(\d+)⟧/)
  const numbers = pieces.filter((_, index) => index % 2 === 1).map(Number)
  const complete = numbers.length === spans.length && new Set(numbers).size === spans.length
  if (!complete || numbers.some((number) => number >= spans.length)) return null
  if (pieces.some((piece) => /[⟦⟧]/.test(piece))) return null
  const restored = pieces.map((piece, index) => (index % 2 === 1 ? spans[Number(piece)] : piece))
  return prefix + restored.join('') + suffix
}

/** Whether there is a word to translate: false for text of nothing but digits, punctuation, emoji, links, names or code. */
export function hasTranslatableText(text: string): boolean {
  return /\p{L}/u.test(withoutSpans(text))
}

/** The text with a space in the place of each span. */
export function withoutSpans(text: string): string {
  let words = ''
  let at = 0
  for (const { start, end } of findSpans(text)) {
    words += `${text.slice(at, start)} `
    at = end
  }
  return words + text.slice(at)
}

/**
 * A span at the beginning stays outside, with the spaces and marks after it, where it is no part of the sentence: an
 * emoji, or what a mark or a new line parts from the words. "@ann is late" needs its subject.
 */
function endOfPrefix(text: string, found: readonly FoundSpan[]): number {
  let end = lengthOf(/^\s*/, text)
  for (const [index, span] of found.entries()) {
    if (span.start !== end) break
    const parting = PARTING[isEmoji(span) ? 'emoji' : 'other'].after.exec(text.slice(span.end))
    if (parting === null) break
    // The mark may be the first of the next span: ":tada:".
    end = Math.min(span.end + parting[0].length, found[index + 1]?.start ?? text.length)
  }
  return end
}

/** The same at the end: "Thanks! @ann" and "look: https://example.org", but not "I saw @ann". */
function startOfSuffix(text: string, found: readonly FoundSpan[], prefixEnd: number): number {
  let start = text.trimEnd().length
  for (const span of [...found].reverse()) {
    if (span.start < prefixEnd) break
    const { before, between } = PARTING[isEmoji(span) ? 'emoji' : 'other']
    const words = text.slice(prefixEnd, span.start)
    if (!between.test(text.slice(span.end, start)) || !before.test(words)) break
    start = prefixEnd + words.trimEnd().length
  }
  return Math.max(start, prefixEnd)
}

/** What may stand after a span at the beginning, and before and after one at the end, for it to stay outside. */
const PARTING = {
  emoji: {
    after: /^[.,!?;:…。，！？；：、~-]*\s*/,
    before: /^/,
    between: /^\s*[.,!?;:…。，！？；：、~-]*$/,
  },
  other: {
    after: /^(?:[,:;，：；、،؛]\s*|\s+[-–—]\s+|[^\S\n]*\n\s*|\s*$)/,
    before: /(?:^|[.,!?;:…。，！？；：、؟،؛\n][^\S\n]*)$/,
    between: /^\s*$/,
  },
} as const

/** "@ann @bob" and "🎉🎉" are one span: there is nothing between them that could move. */
function merge(
  text: string,
  spans: readonly FoundSpan[],
  mayMerge: (one: FoundSpan, other: FoundSpan) => boolean,
): FoundSpan[] {
  const merged: FoundSpan[] = []
  for (const span of spans) {
    const last = merged.at(-1)
    const adjacent = last !== undefined && /^[^\S\n]*$/.test(text.slice(last.end, span.start))
    if (adjacent && mayMerge(last, span)) last.end = span.end
    else merged.push({ ...span })
  }
  return merged
}

function isEmoji(span: FoundSpan): boolean {
  return span.kind === 'emoji'
}

/** The text with its spans blanked out, everything else in its place. */
function blank(text: string, spans: readonly FoundSpan[]): string {
  let blanked = ''
  for (const { start, end } of spans) blanked = (blanked + text.slice(blanked.length, start)).padEnd(end)
  return blanked + text.slice(blanked.length)
}

function lineAround(text: string, { start, end }: FoundSpan): string {
  const lineEnd = text.indexOf('\n', end)
  return text.slice(text.lastIndexOf('\n', start - 1) + 1, lineEnd === -1 ? undefined : lineEnd)
}

function lengthOf(pattern: RegExp, text: string): number {
  return pattern.exec(text)?.[0].length ?? 0
}
