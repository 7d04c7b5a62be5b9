import { describe, expect, test } from 'vitest'
import { type Candidate, checkTranslation, confidence } from './gates.js'

const good: Candidate = {
  sourceText: 'See you at 9:05 in room 12.',
  sourceLanguage: 'en',
  target: 'fr',
  text: 'On se voit à 9:05 dans la salle 12.',
  minLogProb: -0.1,
  minTokenLogProb: -0.5,
}

const verdict = (changes: Partial<Candidate>) => {
  const result = checkTranslation({ ...good, ...changes })
  return result.ok ? 'ok' : result.reason
}

describe('good translations pass', () => {
  test.each([
    ['es', 'Nos vemos a las 9:05 en la sala 12.'],
    ['de', 'Wir sehen uns um 9:05 in Raum 12.'],
    ['it', 'Ci vediamo alle 9:05 nella sala 12.'],
    ['pt', 'Vejo você às 9:05 na sala 12.'],
    ['ru', 'Увидимся в 9:05 в комнате 12.'],
    ['zh', '9:05在12号房间见。'],
    ['ja', '9:05に12号室で会いましょう。'],
    ['ar', 'أراك في الساعة ٩:٠٥ في الغرفة ١٢.'],
  ] as const)('%s', (target, text) => expect(verdict({ target, text })).toBe('ok'))

  test.each([
    ['a short one', { sourceText: 'ok', text: "D'accord" }],
    ['of a name', { sourceText: 'Olivia Smith', text: 'Olivia Smith', target: 'ru' }],
    ['with a name', { sourceText: 'Olivia uses Wi-Fi.', text: 'Olivia 用 Wi-Fi。', target: 'zh' }],
    ['with a placeholder', { sourceText: 'Thanks ⟦0⟧!', text: 'ありがとう、⟦0⟧！', target: 'ja' }],
    ['with a quoted word', { sourceText: 'What does "привет" mean?', text: 'Que veut dire "привет" ?' }],
    ['of laughter', { sourceText: 'hahahaha', text: 'jajajaja', target: 'es' }],
    ['with a thousand', { sourceText: 'It costs 1,234.50 euros', text: 'Ça coûte 1 234,50 euros' }],
    ['from Chinese', { sourceText: '明天见', sourceLanguage: 'zh', text: 'À demain' }],
  ] as const)('%s', (_, changes) => expect(verdict(changes)).toBe('ok'))
})

describe('bad ones are refused', () => {
  test.each([
    ['declined', { text: ' ' }],
    ['low_confidence', { minLogProb: -0.51 }],
    ['low_confidence', { minLogProb: -Infinity }],
    ['numbers_changed', { text: 'On se voit à 9:50 dans la salle 12.' }],
    ['numbers_changed', { text: 'On se voit à 9:05 dans la salle.' }],
    ['numbers_changed', { sourceText: '12 and 34', text: '14 et 32' }],
    ['numbers_changed', { sourceText: 'Hello!', text: 'Bonjour, 5 amis !' }],
    ['wrong_script', { sourceText: 'Good morning', text: 'Good morning dear', target: 'ru' }],
    ['wrong_script', { sourceText: 'How are you today', text: 'How are you today', target: 'ar' }],
    ['wrong_script', { sourceText: 'Good morning', text: 'おはよう', target: 'zh' }],
    [
      'wrong_script',
      { sourceText: '我们明天下午去图书馆', sourceLanguage: 'zh', target: 'ja', text: '我们明天下午去图书馆吧' },
    ],
    ['wrong_script', { sourceText: 'Good morning', text: 'Доброе утро' }],
    ['length', { sourceText: 'Hi', text: 'Je voulais te dire que nous arrivons demain avec toute la famille' }],
    ['length', { sourceText: 'We are going to the market to buy bread and milk for the whole family', text: 'Oui' }],
    [
      'repetition',
      { sourceText: 'I know that you know that', text: 'je sais que je sais que je sais que je sais que' },
    ],
  ] as const)('%s', (reason, changes) => expect(verdict(changes)).toBe(reason))
})

test.each([
  [0, 1],
  [-0.1, 0.905],
  [Math.log(0.5), 0.5],
  [-Infinity, 0],
])('a log-probability of %d is a confidence of %d', (minLogProb, expected) => {
  expect(confidence(minLogProb)).toBe(expected)
})
