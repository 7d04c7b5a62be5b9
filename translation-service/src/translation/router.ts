import type { TranslationModel } from '../models/model.js'

export interface Choice {
  model: TranslationModel
  /** Why this model, as a stable code. */
  reason: 'short_and_simple' | 'long_or_complex' | 'only_model'
}

const shortTextCodePoints = 50

/** Chooses the model for a text: mT5 for short and simple ones, NLLB for the rest; null when there is no model. */
export function chooseModel(text: string, models: readonly TranslationModel[]): Choice | null {
  const [first, second] = models
  if (!first) return null
  if (!second) return { model: first, reason: 'only_model' }
  const simple = [...text].length <= shortTextCodePoints && !text.includes('\n')
  const family = simple ? 'mt5' : 'nllb'
  const model = models.find((candidate) => candidate.family === family) ?? first
  return { model, reason: simple ? 'short_and_simple' : 'long_or_complex' }
}
