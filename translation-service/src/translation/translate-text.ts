import type { Language } from '@meeshy/shared/languages'
import { TranslatorError } from '../inference/translator.js'
import type { TranslationModel } from '../models/model.js'
import type { Failed, Skipped } from '../store/outcome.js'
import { checkTranslation, confidence } from './gates.js'
import type { Computed, Outcomes, TextRequest, TranslationMemory } from './memory.js'
import { type Choice, chooseModel } from './router.js'
import { joinSentences, splitSentences } from './sentences.js'
import { hasTranslatableText, protectSpans, restoreSpans } from './spans.js'

export interface TextTools {
  memory: TranslationMemory
  models: readonly TranslationModel[]
}

export interface TranslatedText {
  /** One for every target. */
  outcomes: Outcomes
  /** Absent when no model had to be chosen. */
  choice: Choice | null
}

/**
 * The story of a text: text without words stays as it is; what the memory knows is taken; the rest goes to the chosen
 * model, sentence by sentence with its links, mentions and emoji put aside, and is shown only if it passes the gates.
 */
export async function translateText({ memory, models }: TextTools, request: TextRequest): Promise<TranslatedText> {
  const { text, targets } = request
  if (!hasTranslatableText(text)) return { outcomes: all(targets, skipped('no_words')), choice: null }
  const choice = chooseModel(text, models)
  if (!choice) return { outcomes: all(targets, failed('model_absent', false)), choice }
  const outcomes = await memory.resolve(request, choice.model, (missing) =>
    compute(choice.model, { ...request, targets: missing }),
  )
  return { outcomes, choice }
}

async function compute(
  model: TranslationModel,
  { text, source, targets }: TextRequest,
): Promise<Map<Language, Computed>> {
  const guarded = protectSpans(text)
  if ('reason' in guarded) return all(targets, skipped(guarded.reason))
  const drafts = new Map(targets.map((target) => [target, new Draft()]))
  const sentences = splitSentences(guarded.masked, source)
  try {
    for (const { text: sentence } of sentences) await translateSentence(model, source, sentence, drafts)
  } catch (error) {
    if (!(error instanceof TranslatorError)) throw error
    return all(targets, failed(error.reason, error.retriable))
  }
  const gaps = sentences.map(({ gap }) => gap)
  return new Map(
    [...drafts].map(([target, draft]): [Language, Computed] => {
      if (draft.rejected) return [target, skipped(draft.rejected)]
      const restored = restoreSpans(joinSentences(draft.sentences, gaps, target), guarded)
      if (restored === null) return [target, skipped('spans_lost')]
      return [target, { status: 'ready', text: restored, model: model.name, confidence: draft.confidence }]
    }),
  )
}

/** What one language has so far. One bad sentence rejects the text: half a translation would mislead. */
class Draft {
  readonly sentences: string[] = []
  confidence = 1
  rejected: string | null = null
}

async function translateSentence(
  model: TranslationModel,
  source: Language,
  sentence: string,
  drafts: Map<Language, Draft>,
): Promise<void> {
  const open = [...drafts].filter(([, draft]) => !draft.rejected)
  if (!hasTranslatableText(sentence)) {
    for (const [, draft] of open) draft.sentences.push(sentence)
    return
  }
  if (open.length === 0) return
  const targets = open.map(([target]) => target)
  for (const output of await model.translator.translate({ text: sentence, source, targets })) {
    const draft = drafts.get(output.target)
    if (!draft) continue
    const verdict = checkTranslation({
      sourceText: sentence,
      sourceLanguage: source,
      target: output.target,
      text: output.text,
      minLogProb: output.minLogProb,
      minTokenLogProb: model.minTokenLogProb,
    })
    if (!verdict.ok) draft.rejected = verdict.reason
    draft.sentences.push(output.text)
    draft.confidence = Math.min(draft.confidence, confidence(output.minLogProb))
  }
}

function all<Outcome extends Skipped | Failed>(targets: readonly Language[], outcome: Outcome): Map<Language, Outcome> {
  return new Map(targets.map((target) => [target, outcome]))
}

function skipped(reason: string): Skipped {
  return { status: 'skipped', reason }
}

function failed(reason: string, retriable: boolean): Failed {
  return { status: 'failed', reason, retriable }
}
