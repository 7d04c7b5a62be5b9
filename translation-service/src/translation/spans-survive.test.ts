import { type Language, languages } from '@meeshy/shared/languages'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NllbTranslator } from '../inference/nllb.js'
import { starterModelPath } from '../inference/testing/starter-model.js'
import { joinSentences, splitSentences } from './sentences.js'
import { type ProtectedText, protectSpans, restoreSpans } from './spans.js'

const targets = languages.filter((language) => language !== 'en')
let translator: NllbTranslator

beforeAll(() => {
  translator = new NllbTranslator({ modelPath: starterModelPath })
  return translator.initialize()
})
afterAll(() => translator.close())

/** The text in each language, or null where the model damaged a placeholder. */
async function translateAll(text: string): Promise<Map<Language, string | null>> {
  const guarded = protectSpans(text) as ProtectedText
  const sentences = splitSentences(guarded.masked, 'en')
  const outputs = await Promise.all(
    sentences.map(({ text: sentence }) => translator.translate({ text: sentence, source: 'en', targets })),
  )
  const gaps = sentences.map(({ gap }) => gap)
  return new Map(
    targets.map((target, index) => {
      const texts = outputs.map((output) => output[index]?.text ?? '')
      return [target, restoreSpans(joinSentences(texts, gaps, target), guarded)]
    }),
  )
}

describe('links, mentions and emoji survive the starter model', () => {
  test.each([
    ['@alice, where is the station? 🎉', '@alice, ', ' 🎉'],
    ['Where is @bob?', '', ''],
    ['😀 Where is https://example.org/a?b=1&c=2?', '😀 ', ''],
    ['Thank you! Where is #general?', '', ''],
  ])('%s', async (text, prefix, suffix) => {
    const spans = text.match(/@\w+|https:\S+2|#\w+|\p{Emoji_Presentation}/gu) ?? []
    const translated = [...(await translateAll(text)).values()].filter((one) => one !== null)
    expect(translated.length).toBeGreaterThanOrEqual(7)
    for (const one of translated) {
      for (const span of spans) expect(one.split(span)).toHaveLength(2)
      expect(one.startsWith(prefix) && one.endsWith(suffix)).toBe(true)
    }
  })
})
