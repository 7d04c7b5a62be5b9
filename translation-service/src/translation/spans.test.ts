import { describe, expect, test } from 'vitest'
import { hasTranslatableText, type ProtectedText, protectSpans, restoreSpans, withoutSpans } from './spans.js'
import { seeded } from './testing/seeded.js'

function guarded(text: string): ProtectedText {
  const result = protectSpans(text)
  if ('reason' in result) throw new Error(`${text}: ${result.reason}`)
  return result
}

describe('spans among the words become placeholders', () => {
  const table: [text: string, masked: string, ...spans: string[]][] = [
    ['look at https://example.org/a?b=1. Nice', 'look at ⟦0⟧. Nice', 'https://example.org/a?b=1'],
    ['voyez www.exemple.fr maintenant', 'voyez ⟦0⟧ maintenant', 'www.exemple.fr'],
    ['escribe a ana@correo.es hoy', 'escribe a ⟦0⟧ hoy', 'ana@correo.es'],
    ['Danke @jörg.müller!', 'Danke ⟦0⟧!', '@jörg.müller'],
    ['scrivi in #generale, per favore', 'scrivi in ⟦0⟧, per favore', '#generale'],
    ['use `npm ci` e depois `npm test` aqui', 'use ⟦0⟧ e depois ⟦1⟧ aqui', '`npm ci`', '`npm test`'],
    ['спасибо @иван и @olga!', 'спасибо ⟦0⟧ и ⟦1⟧!', '@иван', '@olga'],
    ['看https://a.cn/b?c=d吧', '看⟦0⟧吧', 'https://a.cn/b?c=d'],
    ['ありがとう@tanakaさん', 'ありがとう⟦0⟧さん', '@tanaka'],
    ['شكرا 👍🏽 جزيلا', 'شكرا ⟦0⟧ جزيلا', '👍🏽'],
    ['a 👩‍👩‍👧 b 1️⃣ c 🇫🇷 d ❤ e', 'a ⟦0⟧ b ⟦1⟧ c ⟦2⟧ d ⟦3⟧ e', '👩‍👩‍👧', '1️⃣', '🇫🇷', '❤'],
    ['that was :tada: great', 'that was ⟦0⟧ great', ':tada:'],
    ['ok :-) then', 'ok ⟦0⟧ then', ':-)'],
    ['ask @ann @bob about it', 'ask ⟦0⟧ about it', '@ann @bob'],
    ['@ann is late', '⟦0⟧ is late', '@ann'],
    ['I saw @ann', 'I saw ⟦0⟧', '@ann'],
    ['смотри https://example.org', 'смотри ⟦0⟧', 'https://example.org'],
  ]
  test.each(table)('%s', (text, masked, ...spans) => {
    const result = guarded(text)
    expect(result).toEqual({ masked, prefix: '', suffix: '', spans })
    expect(restoreSpans(result.masked, result)).toBe(text)
  })
})

describe('spans at the beginning and the end stay outside', () => {
  test.each([
    ['🎉 Happy birthday! 🎂', '🎉 ', 'Happy birthday!', ' 🎂'],
    ['👍👍!!! merci', '👍👍!!! ', 'merci', ''],
    ['bis morgen :)', '', 'bis morgen', ' :)'],
    ['@alice, are you coming?', '@alice, ', 'are you coming?', ''],
    ['@alice @bob: hola', '@alice @bob: ', 'hola', ''],
    ['https://example.org\nche bello', 'https://example.org\n', 'che bello', ''],
    ['```\nlet a = 1\n```\nisto funciona', '```\nlet a = 1\n```\n', 'isto funciona', ''],
    ['смотри: https://example.org ', '', 'смотри:', ' https://example.org '],
    ['Thanks! @ann 🎉', '', 'Thanks!', ' @ann 🎉'],
    ['  谢谢  ', '  ', '谢谢', '  '],
    ['🎂', '🎂', '', ''],
  ])('%s', (text, prefix, masked, suffix) => {
    const result = guarded(text)
    expect(result).toEqual({ prefix, masked, suffix, spans: [] })
    expect(restoreSpans(result.masked, result)).toBe(text)
  })
})

test('an emoji outside does not take its neighbour with it', () => {
  expect(guarded('🎉 @ann thanks @bob 🎂')).toEqual({
    prefix: '🎉 ',
    masked: '⟦0⟧ thanks ⟦1⟧',
    suffix: ' 🎂',
    spans: ['@ann', '@bob'],
  })
})

test.each([
  'Bonjour.Je suis là',
  'at 10:30:45',
  'C# is #1 and @ home',
  'a ratio of 3:4:5',
  '© Meeshy™',
  'R&D@home',
  '8) and 3 < 4',
])('%s has no spans', (text) => {
  expect(guarded(text)).toEqual({ masked: text, prefix: '', suffix: '', spans: [] })
})

test('with its spans back in, any text is what it was', () => {
  const pieces = [
    'hi',
    ' ',
    '\n',
    '@ann',
    '#general',
    '😀',
    '👩\u200D',
    '1️⃣',
    ':)',
    ':tada:',
    'https://example.org',
    'a@b.co',
    '`x`',
    '```',
    ', ',
    '! ',
    '。',
    '你好',
    'نعم',
    '(',
    '🇫',
    '\u200D',
    '9:05',
  ]
  const random = seeded(7)
  for (let round = 0; round < 3000; round++) {
    const text = Array.from({ length: 1 + random(12) }, () => pieces[random(pieces.length)]).join('')
    const result = protectSpans(text)
    if ('reason' in result) continue
    expect(restoreSpans(result.masked, result)).toBe(text)
    expect(result.masked).not.toContain('😀')
  }
})

test('more spans among words than the models know placeholders are refused', () => {
  expect(protectSpans('a @x1 b @x2 c @x3 d @x4 e @x5 f')).toEqual({ reason: 'too_many_spans' })
})

test('a list of links may be as long as it likes, because no model sees it', () => {
  const links = Array.from({ length: 7 }, (_, index) => `- https://example.org/${index}`).join('\n')
  const result = guarded(`See `.concat(`@ann for:\n${links}\nthanks`))
  expect(result.spans).toHaveLength(8)
  expect(result.masked.startsWith('See ⟦0⟧ for:\n- ⟦1⟧\n- ⟦2⟧')).toBe(true)
})

test('text that has the placeholders own brackets is refused', () => {
  expect(protectSpans('what is ⟦0⟧?')).toEqual({ reason: 'reserved_characters' })
})

describe('a translation that damaged a placeholder is refused', () => {
  const original = guarded('ask @ann or @bob today')
  test.each([
    ['lost', 'demande à ⟦0⟧ aujourd’hui'],
    ['twice', 'demande à ⟦0⟧ ou ⟦1⟧ ou ⟦1⟧'],
    ['invented', 'demande à ⟦0⟧ ou ⟦1⟧ ou ⟦2⟧'],
    ['another', 'demande à ⟦0⟧ ou ⟦3⟧'],
    ['broken', 'demande à ⟦0⟧ ou ⟦1⟧ ⟦'],
  ])('%s', (_, translated) => {
    expect(restoreSpans(translated, original)).toBeNull()
  })

  test('but their order may change', () => {
    expect(restoreSpans('heute ⟦1⟧ oder ⟦0⟧ fragen', original)).toBe('heute @bob oder @ann fragen')
  })
})

describe('text without words needs no translation', () => {
  test.each([
    '102',
    '12:30',
    '…!?',
    '🎉🎉',
    ':tada: :)',
    'https://example.org',
    '@ann #general',
    '`let a`',
    ' \n',
    '+1 😀 42',
    'a@b.co',
  ])('%s', (text) => expect(hasTranslatableText(text)).toBe(false))
  test.each(['ok', 'OK 👍', '了解', 'да', 'نعم', 'はい', '@ann merci', '5 km', '⟦0⟧ oui'])('%s has some', (text) =>
    expect(hasTranslatableText(text)).toBe(true),
  )
})

test('without its spans a text has only its words', () => {
  expect(withoutSpans('merci @alice https://example.org :)').trim()).toBe('merci')
})
