import type { Language } from '@meeshy/shared/languages'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { detectLanguage, loadDetector } from './detect.js'
import { findSpans } from './span-patterns.js'

vi.mock('./span-patterns.js', { spy: true })

const lines: [Language, string][] = [
  ['en', 'i will be there in ten minutes, wait for me'],
  ['en', 'can you send me the file please'],
  ['fr', 'je serai là dans dix minutes, attends-moi'],
  ['fr', 'tu peux m’envoyer le fichier'],
  ['es', 'llego en diez minutos, espérame en la puerta'],
  ['es', '¿puedes enviarme el archivo?'],
  ['de', 'ich bin in zehn Minuten da, warte auf mich'],
  ['de', 'kannst du mir die Datei schicken'],
  ['it', 'arrivo tra dieci minuti, aspettami alla stazione'],
  ['it', 'mi puoi mandare il documento'],
  ['pt', 'chego em dez minutos, espera por mim na porta'],
  ['pt', 'você pode me enviar o arquivo?'],
  ['ru', 'буду через десять минут'],
  ['zh', '我十分钟后到，等我一下'],
  ['ja', '十分後に着きます、待ってて'],
  ['ar', 'سأصل بعد عشر دقائق'],
]

describe('a line is recognised whoever sent it', () => {
  test.each(lines)('%s %s', async (language, text) => {
    for (const fallback of ['en', 'de', 'ja', null] as const) {
      expect((await detectLanguage(text, fallback)).language).toBe(language)
    }
  })
})

describe('text without a word of the ten languages is undetermined', () => {
  test.each(['102', '🎉🎉', 'https://example.org/bonjour', '@alice #general', '…', '안녕하세요', 'Γειά σου'])(
    '%s',
    async (text) => {
      expect(await detectLanguage(text, 'fr')).toMatchObject({ language: 'und', source: 'detected' })
    },
  )
})

describe('where the text does not say, its sender does', () => {
  test.each([
    ['ok', 'de'],
    ['ok', 'ar'],
    ['lol', 'pt'],
    ['Paris', 'es'],
    ['了解', 'ja'],
    ['了解', 'zh'],
    ['no', 'es'],
    ['si', 'it'],
  ] as const)('%s of a sender of %s', async (text, fallback) => {
    expect(await detectLanguage(text, fallback)).toMatchObject({ language: fallback })
  })

  test('neighbouring languages get the benefit of the doubt', async () => {
    expect(await detectLanguage('este bolo está delicioso', 'pt')).toMatchObject({ language: 'pt', source: 'profile' })
  })
})

test('links and names do not count', async () => {
  expect(await detectLanguage('merci @alice https://example.org/the/quick/brown/fox 🎉', 'fr')).toMatchObject({
    language: 'fr',
  })
})

test('characters that only one of them has part Chinese from Japanese', async () => {
  expect(await detectLanguage('你好吗', 'ja')).toMatchObject({ language: 'zh', source: 'detected' })
  expect(await detectLanguage('大丈夫です', 'zh')).toMatchObject({ language: 'ja', source: 'detected' })
  expect(await detectLanguage('了解', 'en')).toMatchObject({ language: 'zh', source: 'detected' })
})

test('the detector is loaded once', async () => {
  expect(await loadDetector()).toBe(await loadDetector())
})

test('a text is searched for links and names once', async () => {
  vi.mocked(findSpans).mockClear()
  await detectLanguage('where is the station', 'fr')
  expect(findSpans).toHaveBeenCalledTimes(1)
})

describe('a detector that could not be loaded', () => {
  afterEach(() => {
    vi.doUnmock('eld')
    vi.resetModules()
  })

  test('is loaded by the next text', async () => {
    const load = vi.fn().mockRejectedValueOnce(new Error('not now'))
    vi.resetModules()
    vi.doMock('eld', () => ({ eld: { load, setLanguageSubset: () => undefined } }))
    const fresh = await import('./detect.js')
    await expect(fresh.loadDetector()).rejects.toThrow('not now')
    await expect(fresh.loadDetector()).resolves.toBeDefined()
    expect(load).toHaveBeenCalledTimes(2)
  })
})
