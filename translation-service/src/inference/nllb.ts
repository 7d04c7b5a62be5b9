import type { Language } from '@meeshy/shared/languages'
import { type Draft, writeTogether } from './batch-loop.js'
import { missingModelFiles } from './model-files.js'
import { closeSeq2seq, openSeq2seq, type Seq2seqModel } from './seq2seq.js'
import { openTokenizer, type Tokenizer } from './tokenizer.js'
import { type TranslationOutput, type TranslationRequest, type Translator, TranslatorError } from './translator.js'

/** Longer than any chat sentence, and as far as models of this family keep to the text. */
const MAX_SOURCE_TOKENS = 256

export interface NllbOptions {
  modelPath: string
  /** Threads of one step; a second one brings little. Default 1. */
  threads?: number
}

/**
 * An NLLB-200-shaped model in this process. It occupies the thread for as long as a step takes, so servers use it
 * through EngineClient. Requests run one after the other; the targets of one request run together.
 */
export class NllbTranslator implements Translator {
  readonly #options: NllbOptions
  #loading: Promise<Loaded> | undefined
  #last: Promise<unknown> = Promise.resolve()
  readonly #closed = new AbortController()

  constructor(options: NllbOptions) {
    this.#options = options
  }

  async initialize(): Promise<void> {
    await this.#load()
  }

  translate(request: TranslationRequest): Promise<TranslationOutput[]> {
    const turn = this.#last.then(async () => translateTogether(await this.#load(), request, this.#closed.signal))
    this.#last = turn.catch(() => {})
    return turn
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#last
    const loaded = await this.#loading?.catch(() => undefined)
    this.#loading = undefined
    if (loaded !== undefined) await closeSeq2seq(loaded.model)
  }

  #load(): Promise<Loaded> {
    throwIfAborted(this.#closed.signal)
    this.#loading ??= load(this.#options).catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }
}

interface Loaded {
  model: Seq2seqModel
  tokenizer: Tokenizer
}

async function load({ modelPath, threads = 1 }: NllbOptions): Promise<Loaded> {
  const missing = missingModelFiles(modelPath)
  if (missing.length > 0) throw new TranslatorError('model_absent', `the model has no ${missing.join(', no ')}`)
  try {
    return { tokenizer: await openTokenizer(modelPath), model: await openSeq2seq(modelPath, threads) }
  } catch (cause) {
    throw new TranslatorError('model_failed', 'the model could not be loaded', { cause })
  }
}

async function translateTogether(
  { model, tokenizer }: Loaded,
  { text, source, targets, signal }: TranslationRequest,
  closed: AbortSignal,
): Promise<TranslationOutput[]> {
  throwIfAborted(signal, closed)
  const sourceIds = [tokenizer.languageId(source), ...tokenizer.encode(text), model.config.eos_token_id]
  if (targets.length === 0) return []
  if (sourceIds.length > sourceLimit(model)) return targets.map(unreadable)
  const firstTokens = targets.map((target) => tokenizer.languageId(target))
  const drafts = await run(() => writeTogether(model, sourceIds, firstTokens, () => throwIfAborted(signal, closed)))
  return targets.map((target, row) => finish(target, drafts[row] as Draft, tokenizer))
}

async function run<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof TranslatorError) throw cause
    throw new TranslatorError('model_failed', 'the model could not be run', { cause })
  }
}

function finish(target: Language, { ids, minLogProb, ended }: Draft, tokenizer: Tokenizer): TranslationOutput {
  return { target, text: tokenizer.decode(ids), minLogProb: ended ? minLogProb : -Infinity, tokens: ids.length }
}

function unreadable(target: Language): TranslationOutput {
  return { target, text: '', minLogProb: -Infinity, tokens: 0 }
}

function sourceLimit(model: Seq2seqModel): number {
  return Math.min(MAX_SOURCE_TOKENS, model.config.max_position_embeddings)
}

function throwIfAborted(...signals: (AbortSignal | undefined)[]): void {
  if (signals.some((signal) => signal?.aborted)) throw new TranslatorError('cancelled', 'the translation was cancelled')
}
