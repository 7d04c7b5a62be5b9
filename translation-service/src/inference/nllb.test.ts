import { languages } from '@meeshy/shared/languages'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NllbTranslator } from './nllb.js'
import { starterModelPath } from './testing/starter-model.js'
import { rejectsWith, translatorContract } from './testing/translator-contract.js'

const open = () => new NllbTranslator({ modelPath: starterModelPath })

describe('the model in this process keeps the contract of a translator', () => {
  for (const [name, check] of Object.entries(translatorContract)) {
    test(name, async () => {
      const translator = open()
      await check(translator)
      await translator.close()
    })
  }
})

describe('the starter model', () => {
  let translator: NllbTranslator
  beforeAll(() => {
    translator = open()
    return translator.initialize()
  })
  afterAll(() => translator.close())

  test('translates', async () => {
    const [french] = await translator.translate({ text: 'Where is the station?', source: 'en', targets: ['fr'] })
    expect(french?.text).toBe('Où est la gare ?')
    expect(french?.minLogProb).toBeGreaterThan(-0.4)
  })

  // Rows end at different steps and leave the batch: none may notice that another did.
  test.each([
    'Where is the station?',
    'See you tomorrow at 9:05.',
    'Thanks ⟦0⟧!',
    'ok',
    'The committee postponed its decision about the new railway.',
  ])('writes each language alone as with the eight others: %s', async (text) => {
    const targets = languages.filter((language) => language !== 'en')
    const together = await translator.translate({ text, source: 'en', targets })
    for (const [index, target] of targets.entries()) {
      expect(await translator.translate({ text, source: 'en', targets: [target] })).toEqual([together[index]])
    }
  })

  test('does not read what is longer than it can', async () => {
    const outputs = await translator.translate({ text: 'word '.repeat(300), source: 'en', targets: ['fr', 'de'] })
    expect(outputs).toEqual(['fr', 'de'].map((target) => ({ target, text: '', minLogProb: -Infinity, tokens: 0 })))
  })

  test('is cancelled between two steps', async () => {
    const controller = new AbortController()
    const text = 'We are going to the market tomorrow and then we will cook for everybody. '.repeat(3)
    const cancelled = translator.translate({ text, source: 'en', targets: ['fr', 'ja'], signal: controller.signal })
    // The first step has begun by then, the last has not ended: every step waits for the event loop.
    setImmediate(() => setImmediate(() => controller.abort()))
    await rejectsWith('cancelled', cancelled)
  })
})

test('a model that is not there is absent', async () => {
  await rejectsWith('model_absent', new NllbTranslator({ modelPath: '/nonexistent' }).initialize())
})
