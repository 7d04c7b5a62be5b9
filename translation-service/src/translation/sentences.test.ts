import { languages } from '@meeshy/shared/languages'
import { describe, expect, test } from 'vitest'
import { joinSentences, splitSentences } from './sentences.js'
import { seeded } from './testing/seeded.js'

const textsOf = (...[text, language]: Parameters<typeof splitSentences>) =>
  splitSentences(text, language).map((one) => one.text)

describe('sentences part where they end', () => {
  test.each([
    ['en', 'Hi! How are you? I am fine.', ['Hi!', 'How are you?', 'I am fine.']],
    ['fr', 'Ça va ? Oui ! On y va.', ['Ça va ?', 'Oui !', 'On y va.']],
    ['es', '¿Qué tal? ¡Bien! Hasta luego.', ['¿Qué tal?', '¡Bien!', 'Hasta luego.']],
    ['de', 'Guten Tag. Wie geht es? Gut!', ['Guten Tag.', 'Wie geht es?', 'Gut!']],
    ['it', 'Ciao! Come stai? Bene.', ['Ciao!', 'Come stai?', 'Bene.']],
    ['pt', 'Olá! Tudo bem? Até logo.', ['Olá!', 'Tudo bem?', 'Até logo.']],
    ['ru', 'Привет! Как дела? Хорошо.', ['Привет!', 'Как дела?', 'Хорошо.']],
    ['zh', '你好！你怎么样？我很好。', ['你好！', '你怎么样？', '我很好。']],
    ['ja', 'こんにちは。元気ですか？はい！', ['こんにちは。', '元気ですか？', 'はい！']],
    ['ar', 'مرحبا. كيف حالك؟ أنا بخير.', ['مرحبا.', 'كيف حالك؟', 'أنا بخير.']],
  ] as const)('%s', (language, text, sentences) => {
    expect(textsOf(text, language)).toEqual(sentences)
  })
})

describe('and not where they go on', () => {
  test.each([
    ['en', 'Meet me at 9:05.30 at the door'],
    ['en', 'I like e.g. Apples and i.e. Pears'],
    ['en', 'It costs 3.5 euros or 1.000,50'],
    ['en', 'Dr. Smith met J. K. Rowling'],
    ['en', 'See No. 5 and example.org. then go'],
    ['en', 'He said "Go!" and left'],
    ['fr', 'M. Dupont et Mme. Martin'],
    ['de', 'z. B. das Haus usw. und so'],
    ['es', 'La Sra. García llamó'],
    ['ru', 'ул. Ленина и т.д. и т.п.'],
    ['en', 'ask ⟦0⟧ or ⟦1⟧ today'],
  ] as const)('%s %s', (language, text) => {
    expect(textsOf(text, language)).toEqual([text])
  })
})

describe('a placeholder begins the next sentence, and is never cut', () => {
  test.each([
    ['Salut!⟦0⟧ Ça va ?', ['Salut!', '⟦0⟧ Ça va ?']],
    ['Hi!⟦0⟧⟦1⟧ How are you?', ['Hi!', '⟦0⟧⟦1⟧ How are you?']],
    ['Hi! ⟦0⟧ How are you?', ['Hi!', '⟦0⟧ How are you?']],
    ['Ok?⟦12⟧', ['Ok?⟦12⟧']],
    ['No.⟦0⟧ Yes', ['No.⟦0⟧ Yes']],
    ['你好！⟦0⟧你好吗？', ['你好！', '⟦0⟧你好吗？']],
  ])('%s', (text, sentences) => {
    for (const language of languages) expect(textsOf(text, language), language).toEqual(sentences)
  })

  test('whatever stands around it', () => {
    const pieces = [
      'Hi',
      'да',
      '你好',
      'نعم',
      '.',
      '!',
      '?',
      '。',
      '？',
      '؟',
      '…',
      '"',
      ')',
      ' ',
      '3',
      '⟦0⟧',
      '⟦1⟧',
      '⟦23⟧',
    ]
    const random = seeded(7)
    for (let round = 0; round < 1000; round++) {
      const text = Array.from({ length: 2 + random(12) }, () => pieces[random(pieces.length)]).join('')
      for (const language of languages) {
        const sentences = splitSentences(text, language)
        expect(sentences.map((one) => one.text + one.gap).join('')).toBe(text)
        expect(sentences.flatMap((one) => one.text.match(/⟦\d+⟧/g) ?? [])).toEqual(text.match(/⟦\d+⟧/g) ?? [])
      }
    }
  })
})

test('an answer of one word and a pronoun are sentences of their own', () => {
  expect(textsOf('No. So do I. See you', 'en')).toEqual(['No.', 'So do I.', 'See you'])
})

test('marks and numbers without words stay with their neighbour', () => {
  expect(textsOf('1. Do it. 2. Go... Ok?! Yes', 'en')).toEqual(['1. Do it.', '2. Go...', 'Ok?!', 'Yes'])
})

test('every line is its own, and the white space between is kept', () => {
  expect(splitSentences('  one\n\n- two. Three\r\n four \n', 'en')).toEqual([
    { text: '', gap: '  ' },
    { text: 'one', gap: '\n\n' },
    { text: '- two.', gap: ' ' },
    { text: 'Three', gap: '\r\n ' },
    { text: 'four', gap: ' \n' },
  ])
})

describe('what is too long for a model is parted', () => {
  test('at a comma', () => {
    const sentences = textsOf('we went to the market and bought bread, '.repeat(20), 'en')
    expect(sentences.length).toBeGreaterThan(2)
    for (const sentence of sentences) expect(sentence).toMatch(/,$/)
  })
  test('or at a space', () => {
    const sentences = textsOf('word '.repeat(200), 'en')
    for (const sentence of sentences) expect(sentence).toMatch(/^(word )*word$/)
  })
  test('and never inside a character or a placeholder', () => {
    const text = `${'a'.repeat(299)}😀${'b'.repeat(297)}⟦0⟧`
    expect(splitSentences(text, 'en').every(({ text: one }) => one.isWellFormed() && !/⟦\d*$/.test(one))).toBe(true)
  })
})

test('joined again, a text is byte for byte what it was', () => {
  const pieces = [
    'Hi',
    '你好',
    'こ',
    'да',
    'نعم',
    '.',
    '。',
    '! ',
    '? ',
    '…',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '1.',
    '9:05',
    'Dr. ',
    '⟦0⟧',
    '😀',
    '(',
    '"',
    '\u00A0',
    'x'.repeat(310),
    ', ',
  ]
  const random = seeded(42)
  for (let round = 0; round < 2000; round++) {
    const text = Array.from({ length: 1 + random(14) }, () => pieces[random(pieces.length)]).join('')
    const sentences = splitSentences(text, languages[random(languages.length)] ?? 'en')
    expect(sentences.map(({ text, gap }) => text + gap).join('')).toBe(text)
    expect(sentences.slice(1).every((sentence) => sentence.text !== '')).toBe(true)
  }
})

describe('joining follows the target', () => {
  test('Chinese and Japanese have no space between sentences', () => {
    expect(joinSentences(['你好！', '你好吗？'], [' ', ''], 'zh')).toBe('你好！你好吗？')
    expect(joinSentences(['はい。', 'いいえ。'], ['\n', ' '], 'ja')).toBe('はい。\nいいえ。 ')
  })
  test('the others have one', () => {
    expect(joinSentences(['Hello!', 'How are you?'], ['', ''], 'en')).toBe('Hello! How are you?')
    expect(joinSentences(['', 'Hello!', 'Yes.'], ['  ', '\n\n', ''], 'fr')).toBe('  Hello!\n\nYes.')
  })
})
