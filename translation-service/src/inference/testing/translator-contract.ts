import assert from 'node:assert/strict'
import type { TranslationRequest, Translator, TranslatorErrorReason } from '../translator.js'
import { TranslatorError } from '../translator.js'

const greeting: TranslationRequest = { text: 'Good morning, how are you?', source: 'en', targets: ['fr', 'ja', 'de'] }

/** What holds for every translator. Each check gets one of its own, and closes it where that is its subject. */
export const translatorContract: Record<string, (translator: Translator) => Promise<void>> = {
  'answers in the order of the targets': async (translator) => {
    const outputs = await translator.translate(greeting)
    assert.deepEqual(
      outputs.map((output) => output.target),
      greeting.targets,
    )
  },
  'says how sure it was and how much it wrote': async (translator) => {
    for (const output of await translator.translate(greeting)) {
      assert.ok(output.minLogProb <= 0)
      assert.ok(Number.isInteger(output.tokens) && output.tokens > 0)
      assert.equal(typeof output.text, 'string')
    }
  },
  'gives the same answer to the same request': async (translator) => {
    assert.deepEqual(await translator.translate(greeting), await translator.translate(greeting))
  },
  'gives each language the same text alone and in company': async (translator) => {
    const together = await translator.translate(greeting)
    for (const [index, target] of greeting.targets.entries()) {
      assert.deepEqual(await translator.translate({ ...greeting, targets: [target] }), [together[index]])
    }
  },
  'answers several requests at once, each with its own': async (translator) => {
    const texts = ['Good morning.', 'Thank you very much.', 'See you tomorrow.']
    const together = await Promise.all(texts.map((text) => translator.translate({ ...greeting, text })))
    for (const [index, text] of texts.entries()) {
      assert.deepEqual(await translator.translate({ ...greeting, text }), together[index])
    }
  },
  'answers no targets with no outputs': async (translator) => {
    assert.deepEqual(await translator.translate({ ...greeting, targets: [] }), [])
  },
  'rejects a request that was cancelled before it came': async (translator) => {
    await rejectsWith('cancelled', translator.translate({ ...greeting, signal: AbortSignal.abort() }))
  },
  'rejects a request that is cancelled while it waits, and goes on': async (translator) => {
    const controller = new AbortController()
    const cancelled = translator.translate({ ...greeting, signal: controller.signal })
    controller.abort()
    await rejectsWith('cancelled', cancelled)
    assert.equal((await translator.translate(greeting)).length, greeting.targets.length)
  },
  'may be initialized more than once': async (translator) => {
    await translator.initialize()
    await translator.initialize()
    assert.equal((await translator.translate(greeting)).length, greeting.targets.length)
  },
  'rejects what is pending when it is closed, and what comes after': async (translator) => {
    const pending = translator.translate(greeting)
    const outcome = rejectsWith('cancelled', pending)
    await translator.close()
    await outcome
    await rejectsWith('cancelled', translator.translate(greeting))
  },
}

/** Asserts that a promise is rejected with a TranslatorError of this reason. */
export async function rejectsWith(reason: TranslatorErrorReason, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => error instanceof TranslatorError && error.reason === reason)
}
