import { isLanguage, type Language } from '@meeshy/shared/languages'
import type { Outcome } from '../store/outcome.js'
import { type Detection, detectLanguage } from './detect.js'
import type { Choice } from './router.js'
import { overloaded } from './slots.js'
import { type TextTools, translateText } from './translate-text.js'

export interface PreviewRequest {
  text: string
  /** Detected when null. */
  source: Language | null
  targets: readonly Language[]
  /** Believed when the text does not tell its language. */
  fallback: Language | null
}

export interface Preview {
  /** Null when the source was given. */
  detection: Detection | null
  source: Language | 'und'
  /** One for every target. */
  outcomes: Map<Language, Outcome>
  choice: Choice | null
}

/**
 * Translates a text that belongs to no message, for the composer and for port 8000: into its own language it stays as
 * it is, and without words too.
 *
 * @throws Problem overloaded
 */
export async function previewText(
  tools: TextTools,
  { text, source: given, targets, fallback }: PreviewRequest,
): Promise<Preview> {
  const detection = given === null ? await detectLanguage(text, fallback) : null
  const source = given ?? detection?.language ?? 'und'
  const outcomes = new Map<Language, Outcome>()
  for (const target of targets) outcomes.set(target, { status: 'skipped', reason: 'same_language' })
  if (!isLanguage(source)) {
    for (const target of targets) outcomes.set(target, { status: 'skipped', reason: 'no_words' })
    return { detection, source, outcomes, choice: null }
  }
  const others = targets.filter((target) => target !== source)
  const { outcomes: translated, choice } = await translateText(tools, { text, source, targets: others })
  await tools.memory.remember(source, translated)
  for (const [target, outcome] of translated) {
    if (outcome.status === 'failed' && outcome.reason === 'overloaded') throw overloaded()
    outcomes.set(target, outcome)
  }
  return { detection, source, outcomes, choice }
}
