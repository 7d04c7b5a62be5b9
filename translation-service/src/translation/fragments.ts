import type { Language } from '@meeshy/shared/languages'

/** UTF-16 units that a model reads well at once; Chinese and Japanese say about twice as much in each. */
const LONGEST = 300
const LONGEST_UNSPACED = 150

// Words that end in a period without ending the sentence, as they are written in the ten languages; initials and the
// likes of "e.g." and "z. B.", but not "So do I." and "Это я.".
const ABBREVIATIONS = new RegExp(
  String.raw`(?<![\p{L}\p{N}.])(?:(?![Iя]\.)\p{L}|\p{L}(?:\.\s?\p{L})+|${[
    ...['Mr', 'Mrs', 'Ms', 'Dr', 'Prof', 'St', 'Jr', 'Sr', 'vs', 'Inc', 'Ltd', 'Co', 'approx', 'dept'],
    ...['Mme', 'Mlle', 'MM', 'av', 'bd', 'env', 'tél', 'Sra', 'Srta', 'Dra', 'Ud', 'Uds', 'pág'],
    ...['bzw', 'ca', 'evtl', 'ggf', 'inkl', 'Str', 'usw', 'vgl', 'Hr', 'Fr', 'Sig', 'Dott', 'Ing', 'Avv', 'pag'],
    ...['Exmo', 'Exma', 'Eng', 'ул', 'гг', 'стр', 'руб', 'тыс', 'др', 'см'],
  ].join('|')})\.\s*$`,
  'u',
)
const LONGEST_ABBREVIATION = 24
const BEFORE_NUMBERS = /(?<!\p{L})(?:No|Nr|Núm|núm|n)\.\s*$/u
const LIST_NUMBER = /^\p{N}+[.)]\s*$/u

/**
 * One line in pieces, sentence by sentence. The pieces joined are the line. The segmenter knows where sentences may
 * end in each language; what follows repairs what it does not know.
 */
export function fragmentsOf(line: string, language: Language): string[] {
  const segments = [...segmenter(language).segment(withObjects(line))].map(({ index, segment }) =>
    line.slice(index, index + segment.length),
  )
  const longest = language === 'zh' || language === 'ja' ? LONGEST_UNSPACED : LONGEST
  return joinBroken(segments).flatMap((sentence) => shorten(sentence, longest))
}

/**
 * The segmenter counts a ⟦ to the sentence before it and its number to the next one. It gets the character that stands
 * for an object in a text instead, as often as the placeholder has characters, so that all places stay the same.
 */
function withObjects(line: string): string {
  return line.replace(/⟦\d+⟧/g, (placeholder) => '\uFFFC'.repeat(placeholder.length))
}

function joinBroken(segments: readonly string[]): string[] {
  const joined: string[] = []
  for (const segment of segments) {
    const last = joined.at(-1)
    if (last !== undefined && belongTogether(last, segment)) joined[joined.length - 1] = last + segment
    else joined.push(segment)
  }
  return joined
}

function belongTogether(before: string, after: string): boolean {
  if (!hasWords(before)) return true
  if (!hasWords(after)) return !LIST_NUMBER.test(after)
  // "3.5", "example.org" and "e.g." have no space after their period; Chinese and Japanese ends do not need one.
  if (before.endsWith('.')) return true
  const ending = before.slice(-LONGEST_ABBREVIATION)
  if (BEFORE_NUMBERS.test(ending) && /^\p{N}/u.test(after)) return true
  return ABBREVIATIONS.test(ending) || /^[\p{Ll}\p{Pe}\p{Pf},;:]/u.test(after)
}

/** Marks, digits and placeholders alone are no sentence: "1." belongs to what it numbers, "..." to what it ends. */
function hasWords(fragment: string): boolean {
  return /\p{L}/u.test(fragment)
}

/** Parts what is longer than a model reads well: at a clause if there is one in the second half, or at a space. */
function shorten(sentence: string, longest: number): string[] {
  const pieces: string[] = []
  let rest = sentence
  while (rest.trimEnd().length > longest) {
    const at = partingPoint(rest.slice(0, longest))
    pieces.push(rest.slice(0, at))
    rest = rest.slice(at)
  }
  return [...pieces, rest]
}

function partingPoint(text: string): number {
  const atClause = /^[\s\S]*(?:[,;:،؛]\s+|[，；：、])(?=[\s\S]*$)/u.exec(text)?.[0].length ?? 0
  const atSpace = /^[\s\S]*\s(?=\S*$)/u.exec(text)?.[0].length ?? 0
  if (atClause > text.length / 2) return atClause
  if (atSpace > 0) return atSpace
  // One word without end. Neither a placeholder nor a pair of surrogates may be cut.
  return text.length - (/(?:⟦\d*|[\uD800-\uDBFF])$/.exec(text)?.[0].length ?? 0)
}

const segmenters = new Map<Language, Intl.Segmenter>()

function segmenter(language: Language): Intl.Segmenter {
  const known = segmenters.get(language) ?? new Intl.Segmenter(language, { granularity: 'sentence' })
  segmenters.set(language, known)
  return known
}
