import { LinkifyIt } from 'linkify-it'

/** A piece of text that no model may touch, by its place in the text (UTF-16 units). */
export interface FoundSpan {
  kind: 'code' | 'link' | 'mention' | 'emoji'
  start: number
  end: number
}

// The v flag is newer than our compile target, so these are no literals.
const pictograph = String.raw`[\p{Extended_Pictographic}--[©®™‼⁉ℹ↔-↪]]\uFE0F?\p{Emoji_Modifier}?`
const symbol = String.raw`(?:\p{RGI_Emoji}|[0-9#*]\uFE0F?\u20E3|\p{Regional_Indicator}{2}|${pictograph})`
const emoji = String.raw`${symbol}(?:\u200D${symbol})*\u200D?`
const shortcode = String.raw`(?<![\p{Script=Latin}\p{N}:]):(?:[+\-]1|[a-z][a-z0-9_+\-]+):(?![\p{Script=Latin}\p{N}])`
const emoticon = String.raw`(?<!\S)(?:[:;=]['’]?-?[\)\(DPpOo\/\|*3\]\[]+|[xX]D+|<\/?3+|\^_*\^|[oO]_[oO]|¯\\_\(ツ\)_\/¯)(?!\S)`

// People write links and names without spaces around them where their language has none: "看https://a.cn吧".
const asciiLink = String.raw`https?:\/\/[!-~]*[A-Za-z0-9\/#=&_\-]`
// The look-behind keeps it linear: a long word is tried once, not from each of its letters.
const asciiMail = String.raw`(?<![\w.+\-])[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+`
const handle = String.raw`[\p{Script=Latin}\p{N}_]+(?:[.\-][\p{Script=Latin}\p{N}_]+)*|[\p{L}\p{N}_]+`
const mention = String.raw`(?<![\p{Script=Latin}\p{N}_@#\/.&])(?:@(?:${handle})|#(?=[\p{N}_\-]*\p{L})(?:${handle}))`

const patterns: readonly (readonly [FoundSpan['kind'], RegExp])[] = [
  ['code', /```[\s\S]*?```|`[^`\n]+`/g],
  ['link', new RegExp(`${asciiLink}|${asciiMail}`, 'gv')],
  ['mention', new RegExp(mention, 'gv')],
  ['emoji', new RegExp(`${emoji}|${shortcode}|${emoticon}`, 'gv')],
]

const linkify = new LinkifyIt({ fuzzyLink: true })

/**
 * Links, e-mail addresses, @mentions, #channels, code and emoji (shortcodes and emoticons included) in reading order.
 * Where two overlap the one that starts first counts, and of those that start together the longer.
 */
export function findSpans(text: string): FoundSpan[] {
  const found = [...patterns.flatMap(([kind, pattern]) => matches(text, kind, pattern)), ...links(text)]
  found.sort((a, b) => a.start - b.start || b.end - a.end)
  let covered = 0
  return found.filter(({ start, end }) => {
    if (start < covered) return false
    covered = end
    return true
  })
}

function matches(text: string, kind: FoundSpan['kind'], pattern: RegExp): FoundSpan[] {
  return [...text.matchAll(pattern)].map((match) => ({ kind, start: match.index, end: match.index + match[0].length }))
}

function links(text: string): FoundSpan[] {
  const found = (linkify.match(text) ?? []).filter(({ schema, raw }) => schema !== '' || looksLikeDomain(raw))
  return found.map(({ index, lastIndex }) => ({ kind: 'link', start: index, end: lastIndex }))
}

/** "example.org" is a link, "Bonjour.Je" is a sentence and the next one. */
function looksLikeDomain(raw: string): boolean {
  const ending = /^[^/?#:]*\.([^/?#:.]+)/.exec(raw)?.[1] ?? ''
  return ending === ending.toLowerCase() || raw === raw.toUpperCase()
}
