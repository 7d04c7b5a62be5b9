/** People whom one message can notify. */
const mostMentions = 50

const codeBlock = /```[\s\S]*?(?:```|$)/g
const inlineCode = /(?<!`)(`{1,2})(?!`)[^`]+\1(?!`)/g
const webAddress = /\b(?:[a-z][a-z0-9+.-]{1,20}:\/\/|www\.)\S+/gi

/**
 * An "@" that begins a word, and what may be a username behind it. "a@b.c" is an e-mail address, in any alphabet with
 * spaces between the words; Chinese and Japanese have none, so there a mention follows a letter.
 */
const mention =
  /(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Nd}_.+/@%&=~-]|[\u0300-\u036f])@([a-zA-Z0-9_.-]+)(?![\w.@\p{Script=Latin}-]|[\u0300-\u036f])/gu

/**
 * Whom a text mentions by "@username", in lower case. Each mention comes with the names that it may be, the longest
 * first, as a dot at its end is the sentence's or the name's. What stands in code, in an address of the web or of
 * e-mail is none.
 */
export function findMentions(text: string): string[][] {
  if (!text.includes('@')) return []
  const words = text.replace(codeBlock, ' ').replace(inlineCode, ' ').replace(webAddress, ' ')
  const found = new Set<string>()
  for (const [, run = ''] of words.matchAll(mention)) {
    found.add(run.toLowerCase())
    if (found.size === mostMentions) break
  }
  return [...found].map(namesIn).filter((names) => names.length > 0)
}

/** With the marks at its end, with one of them, and with none. */
function namesIn(run: string): string[] {
  const bare = run.replace(/[._-]+$/, '')
  const names = [run, run.slice(0, bare.length + 1), bare]
  return [...new Set(names)].filter(({ length }) => length >= 3 && length <= 32)
}
