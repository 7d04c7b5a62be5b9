import { expect, it } from 'vitest'
import { fakeModel } from '../../test/start-service.js'
import { chooseModel } from './router.js'

const { model: nllb } = fakeModel()
const mt5 = { ...nllb, name: 'small', family: 'mt5' as const }

it.each([
  ['short and simple text', 'Bonjour !', 'mt5', 'short_and_simple'],
  ['50 characters', 'é'.repeat(50), 'mt5', 'short_and_simple'],
  ['51 characters', 'é'.repeat(51), 'nllb', 'long_or_complex'],
  ['two lines', 'Bonjour\nÇa va ?', 'nllb', 'long_or_complex'],
])('gives %s to its family, and says why', (_, text, family, reason) => {
  for (const models of [
    [nllb, mt5],
    [mt5, nllb],
  ]) {
    const choice = chooseModel(text, models)
    expect([choice?.model.family, choice?.reason]).toEqual([family, reason])
  }
})

it('takes the only model that there is', () => {
  expect(chooseModel('Bonjour !', [nllb])).toEqual({ model: nllb, reason: 'only_model' })
  expect(chooseModel('Bonjour !', [])).toBeNull()
})
