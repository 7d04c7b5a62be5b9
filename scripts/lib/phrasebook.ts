import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Language } from '@meeshy/shared/languages'
import { root } from './paths.js'

const folder = join(root, 'scripts/starter-models/phrasebook/sentences')

/** The sentences of one language that the starter model was taught. */
export function phrasebookSentences(language: Language): string[] {
  const line = new RegExp(`^${language} = (".*")$`, 'gm')
  return readdirSync(folder).flatMap((file) => {
    const toml = readFileSync(join(folder, file), 'utf8')
    // A basic TOML string without control characters reads the same as a JSON string.
    return [...toml.matchAll(line)].map(([, quoted = '""']) => JSON.parse(quoted) as string)
  })
}

/** Messages of two sentences, all different, so that no memory knows them: at most the square of the phrasebook. */
export function* newMessages(language: Language): Generator<string> {
  const sentences = phrasebookSentences(language)
  for (let distance = 1; distance < sentences.length; distance += 1) {
    for (const [index, first] of sentences.entries()) {
      yield `${first} ${sentences[(index + distance) % sentences.length]}`
    }
  }
}
