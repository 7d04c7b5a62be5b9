import { describe, expect, test } from 'vitest'
import { FakeTranslator } from './fake-translator.js'
import { rejectsWith, translatorContract } from './translator-contract.js'

const request = { text: 'bonjour', source: 'fr', targets: ['en'] } as const

describe('the fake keeps the contract of a translator', () => {
  for (const [name, check] of Object.entries(translatorContract)) {
    test(name, () => check(new FakeTranslator()))
  }
})

test('its answers are known beforehand, and its calls are counted', async () => {
  const fake = new FakeTranslator()
  expect(await fake.translate({ ...request, targets: ['en', 'de'] })).toMatchObject([
    { target: 'en', text: '[en] bonjour' },
    { target: 'de', text: '[de] bonjour' },
  ])
  expect(fake.calls).toMatchObject({ translate: 1, translated: 2 })
})

test('blocked, it answers only when it is released', async () => {
  const fake = new FakeTranslator()
  fake.block()
  let answered = false
  const answer = fake.translate(request).finally(() => {
    answered = true
  })
  await new Promise(setImmediate)
  expect(answered).toBe(false)
  fake.release()
  expect(await answer).toHaveLength(1)
})

test('it fails and crashes when told to, and answers again afterwards', async () => {
  const fake = new FakeTranslator()
  fake.failNext('model_failed')
  await rejectsWith('model_failed', fake.translate(request))
  fake.block()
  const pending = fake.translate(request)
  fake.crash()
  await rejectsWith('engine_crashed', pending)
  fake.release()
  expect(await fake.translate(request)).toHaveLength(1)
})
