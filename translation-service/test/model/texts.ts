import type { Text } from './actions.js'

const sentences = [
  'Bonjour tout le monde',
  'Good morning everybody',
  'Guten Morgen zusammen',
  'Buenos dias a todos',
  'ok',
]

const others: Readonly<Record<string, string>> = { nothing: '', 'a zero': 'a\0b', 'too much': 'a'.repeat(4001) }

/** What a text of an action says. Every scene has words of its own, so that none knows the memory of another. */
export function contentOf(text: Text, tag: string): string {
  if ('instead' in text) return others[text.instead] ?? text.instead
  return `${sentences[text.words]} ${tag}${text.number}`
}

/** Whether there is anything to translate. */
export function hasWords(content: string): boolean {
  return !['👍', '102'].includes(content)
}
