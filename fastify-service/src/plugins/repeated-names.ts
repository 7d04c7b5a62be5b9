/** Brackets, and strings with the colon that makes a name of them. */
const tokens = /[{}]|"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?/g

/**
 * The first name that an object of a JSON text has twice, also when one of them is written with escapes; null when
 * there is none. Reads the text once.
 *
 * @param text has to be valid JSON
 */
export function repeatedName(text: string): string | null {
  const open: Array<Set<string>> = []
  for (const [token, content = '', colon] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (colon !== undefined) {
      const name = content.includes('\\') ? (JSON.parse(`"${content}"`) as string) : content
      const names = open.at(-1)
      if (names?.has(name)) return name
      names?.add(name)
    }
  }
  return null
}
