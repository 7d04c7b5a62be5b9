import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Translation__Output as Translation } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import { type Language, languageInfo } from '@meeshy/shared/languages'
import { displayFor, type Reader } from '@meeshy/shared/reader-view'
import { expect } from 'vitest'
import { type Facts, factsOf } from './model.js'
import type { Scene } from './scene.js'

/** Checks a message as one member was shown it: what it says, what they read of it, and its translations. */
export function checkView(scene: Scene, reader: Reader, message: Message, facts: Facts): void {
  expect(factsOf(message)).toEqual(facts)
  expect(message.display).toEqual(displayFor(reader, message))
  if (facts.deletedAt !== undefined) expect(message.translations).toEqual([])
  for (const translation of message.translations) checkTranslation(scene, translation, facts)
}

/** As checkView, where the translations are those of the reader's language only. */
export function checkOwnView(scene: Scene, reader: Reader, message: Message, facts: Facts): void {
  checkView(scene, reader, message, facts)
  const languages = message.translations.map(({ language }) => language)
  expect([[], [reader.language]]).toContainEqual(languages)
}

/** Checks that a translation says what the fake model makes of this very text, or why it does not. */
export function checkTranslation(scene: Scene, translation: Translation, { revision, content, ...facts }: Facts): void {
  const { language, status, text, reason } = translation
  expect(translation.revision).toBe(revision)
  expect(language).not.toBe(facts.originalLanguage)
  if (status === 'pending') expect([text, reason]).toEqual([undefined, undefined])
  else if (status === 'failed' && scene.mayFail) expect(text).toBeUndefined()
  else expect({ status, text, reason }).toEqual(finalOf(language as Language, content))
}

/** The fake model writes Latin letters whatever the language, and the gates let nobody read Russian in them. */
function finalOf(language: Language, content: string) {
  if (languageInfo[language].script !== 'Latn') return { status: 'skipped', text: undefined, reason: 'wrong_script' }
  return { status: 'ready', text: `[${language}] ${content}`, reason: undefined }
}
