import { isLanguage, type Language } from '@meeshy/shared/languages'
import { wantedLanguages } from '@meeshy/shared/reader-view'
import type { TranslationModel } from '../models/model.js'
import type { Reads } from '../store/database.js'
import type { Outcome } from '../store/outcome.js'
import { readReaders } from '../store/permissions.js'
import type { NeededTranslations } from '../store/translations.js'
import type { TranslationMemory } from './memory.js'
import { chooseModel } from './router.js'

interface NeededTools {
  database: Reads
  memory: TranslationMemory
  models: readonly TranslationModel[]
}

/** Every language that a member of the conversation needs a text in, with the translation if the memory has it. */
export async function neededTranslations(
  { database, memory, models }: NeededTools,
  conversationId: string,
  text: string,
  source: string,
): Promise<NeededTranslations> {
  const wanted = wantedLanguages(await readReaders(database, conversationId), source)
  const outcomes = new Map<Language, Outcome | null>(wanted.map((language) => [language, null]))
  const choice = chooseModel(text, models)
  if (wanted.length > 0 && choice && isLanguage(source)) {
    const known = await memory.lookUp({ text, source, targets: wanted }, choice.model)
    for (const [language, outcome] of known) outcomes.set(language, outcome)
  }
  return { outcomes, expiresAt: memory.expiresAt }
}
