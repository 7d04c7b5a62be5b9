import type { TranslateTextResponse__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/TranslateTextResponse'
import type { Translation__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import { isLanguage } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import type { CallSettings } from './call.js'
import type { Messaging } from './messaging.js'

/** What the readers of a translation will understand, in the language of the text; or why it is not known. */
export interface BackTranslation {
  backTranslation: string | null
  backTranslationReason: string | null
}

/**
 * Translates previews back, by language: one after the other, so that a person takes no more of the model's time than
 * with one preview. What cannot be made has the reason of its translation or the code of a problem.
 *
 * @throws Problem when the signal aborts: nobody waits any more
 */
export async function translateBack(
  messaging: Messaging,
  { userId, source, translations }: TranslateTextResponse__Output & { userId: string },
  settings: CallSettings,
): Promise<Map<string, BackTranslation>> {
  const back = new Map<string, BackTranslation>()
  for (const translation of translations) {
    back.set(translation.language, await translateOne(messaging, { userId, source, translation }, settings))
  }
  return back
}

async function translateOne(
  messaging: Messaging,
  { userId, source, translation }: { userId: string; source: string; translation: Translation__Output },
  settings: CallSettings,
): Promise<BackTranslation> {
  const { text, language, reason } = translation
  if (!text || !isLanguage(source)) return without(reason ?? 'no_words')
  try {
    const answer = await messaging.translate({ userId, text, source: language, targets: [source] }, settings)
    const back = answer.translations[0]
    return back?.text ? { backTranslation: back.text, backTranslationReason: null } : without(back?.reason ?? 'failed')
  } catch (error) {
    if (!(error instanceof Problem) || settings.signal?.aborted) throw error
    return without(error.code)
  }
}

function without(backTranslationReason: string): BackTranslation {
  return { backTranslation: null, backTranslationReason }
}
