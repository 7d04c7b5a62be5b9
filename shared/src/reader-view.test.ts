import { describe, expect, it } from 'vitest'
import { displayFor, type Reader, readerOf, wantedLanguage, wantedLanguages } from './reader-view.js'

const reader: Reader = { language: 'en', understood: ['es'], autoTranslate: true }
const ready = { language: 'en', status: 'ready', revision: 2, text: 'Hello' }
const message = { content: 'Bonjour', originalLanguage: 'fr', revision: 2, translations: [ready] }
const original = { language: 'fr', text: 'Bonjour', translated: false }

describe('the language somebody needs', () => {
  it.each([
    ['another language', reader, 'fr', 'en'],
    ['their own', reader, 'en', null],
    ['one they understand', reader, 'es', null],
    ['no words', reader, 'und', null],
    ['translation switched off', { ...reader, autoTranslate: false }, 'fr', null],
  ] as const)('%s', (_, who, language, wanted) => {
    expect(wantedLanguage(who, language)).toBe(wanted)
  })

  it('is listed once for a group', () => {
    expect(wantedLanguages([reader, reader, { ...reader, language: 'de' }], 'fr')).toEqual(['en', 'de'])
  })
})

describe('the text somebody sees', () => {
  it.each([
    ['the ready translation', message, { language: 'en', text: 'Hello', translated: true }],
    ['the original of a pending one', { ...message, translations: [{ ...ready, status: 'pending' }] }, original],
    ['the original of an older revision', { ...message, revision: 3 }, original],
    ['the original when only others have one', { ...message, translations: [{ ...ready, language: 'de' }] }, original],
    ['nothing of a deleted message', { ...message, deletedAt: '2026-01-01T00:00:00.000Z' }, null],
  ])('is %s', (_, viewed, display) => {
    expect(displayFor(reader, viewed)).toEqual(display)
  })
})

it('somebody who reads a conversation in another language still understands their own', () => {
  const member = { languageOverride: 'ja', autoTranslate: true, preferredLanguage: 'en', understood: ['de'] as const }
  expect(readerOf(member)).toEqual({ language: 'ja', understood: ['de', 'en'], autoTranslate: true })
})
