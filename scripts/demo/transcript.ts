import type { Profile } from '../lib/chat-client.js'
import { type Color, duration, paint } from '../lib/terminal.js'
import type { View } from './views.js'

const colors: Record<string, Color> = { fr: 'blue', en: 'green', de: 'yellow', ja: 'magenta' }

/** Who wrote what. */
export function headline(author: Profile, text: string): string {
  return `\n${paint('bold', `${name(author)}: `)}${oneLine(text)}`
}

/** What somebody else sees of it, and when. */
export function viewLine(view: View): string {
  const who = `    ${name(view.reader.profile)} sees: `
  if (view.kind === 'missing') return `${who}${paint('red', `✗ ${view.what}`)}`
  return `${who}${oneLine(view.text)}  ${paint('dim', `(${timing(view)})`)}`
}

function timing(view: Exclude<View, { kind: 'missing' }>): string {
  const original = `original in ${duration(view.originalMs)}`
  if (view.kind === 'original') return `${original}, shown in the original: ${view.reason}`
  return `${original}, translation in ${duration(view.translationMs)}, ${view.model}`
}

/** The whole conversation in one sentence. */
export function summary(views: readonly View[]): string {
  const translated = views.filter((view) => view.kind === 'translated')
  const originals = views.filter((view) => view.kind === 'original')
  const missing = views.filter((view) => view.kind === 'missing')
  const median = translated.map((view) => view.translationMs).sort((a, b) => a - b)[translated.length >> 1]
  const figures = [
    `${translated.length} translated${median === undefined ? '' : ` (median ${duration(median)})`}`,
    `${originals.length} shown in the original`,
    `${missing.length} missing`,
  ]
  const line = `${views.length} views: ${figures.join(', ')}`
  return `\n${paint(missing.length === 0 ? 'green' : 'red', line)}`
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ⏎ ')
}

function name({ displayName, language }: Profile): string {
  return paint(colors[language] ?? 'cyan', `${displayName} (${language})`)
}
