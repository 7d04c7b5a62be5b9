import { newId } from '@meeshy/shared/ids'
import { type Language, languages } from '@meeshy/shared/languages'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TestService } from './start-service.js'

/** The phrasebook's "see you tomorrow", in the ten languages: what the starter model was taught to say. */
const seeYouTomorrow: Record<Language, string> = {
  fr: 'À demain !',
  en: 'See you tomorrow!',
  es: '¡Hasta mañana!',
  de: 'Bis morgen!',
  it: 'A domani!',
  pt: 'Até amanhã!',
  ru: 'До завтра!',
  zh: '明天见！',
  ja: 'また明日会いましょう！',
  ar: 'أراك غدا!',
}

let test: TestService

beforeAll(async () => {
  test = await TestService.start()
})
afterAll(() => test.close())

/** Sends one message to readers of all ten languages; returns what each of the other nine is shown. */
async function readInAll(from: Language, content: string) {
  const { conversationId, memberIds } = await test.createRoom(languages.map((reads) => ({ reads })))
  const senderId = memberIds[languages.indexOf(from)] ?? ''
  const { message } = await test.client.create({ conversationId, senderId, content, clientMessageId: newId() })
  const read = async () => {
    const messageId = message?.id ?? ''
    const views = await Promise.all(memberIds.map((userId) => test.client.read({ messageId, userId })))
    return views.flatMap(({ translations }) => translations)
  }
  await waitFor(async () => (await read()).every(({ status }) => status !== 'pending'), { what: 'all translations' })
  return { message, translations: await read() }
}

it.each(languages)('a message in %s is read in the nine others', async (from) => {
  const { message, translations } = await readInAll(from, seeYouTomorrow[from])
  expect(message?.originalLanguage).toBe(from)
  const shown = Object.fromEntries(translations.map(({ language, text }) => [language, text]))
  expect(shown).toEqual(Object.fromEntries(Object.entries(seeYouTomorrow).filter(([language]) => language !== from)))
})

it('what the model was never taught is shown in the original, with the reason', async () => {
  const { translations } = await readInAll('en', 'Photosynthesis converts sunlight into chemical energy.')
  expect(translations).toHaveLength(9)
  for (const translation of translations) {
    expect(translation).toMatchObject({ status: 'skipped', reason: expect.stringMatching(/./) })
  }
})
