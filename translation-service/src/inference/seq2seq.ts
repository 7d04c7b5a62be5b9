import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelFiles } from './model-files.js'
import {
  boolTensor,
  closeSessions,
  floatTensor,
  int64Tensor,
  openSessions,
  type Sessions,
  type Tensor,
  takeRows,
} from './session.js'

/** An encoder and a merged decoder with caches, as exported for transformers.js. */
export interface Seq2seqModel {
  readonly sessions: Sessions
  readonly config: ModelConfig
  /** The decoder's inputs `past_key_values.*`. */
  readonly pastNames: readonly string[]
  /** What a step is asked for. The encoder's keys and values never change, so they are not copied out again. */
  readonly stepOutputs: readonly string[]
}

export interface ModelConfig {
  d_model: number
  decoder_attention_heads: number
  decoder_start_token_id: number
  eos_token_id: number
  max_position_embeddings: number
}

/** Outputs that are being written together: all have the same number of tokens so far. */
export interface Rows {
  readonly count: number
  readonly hidden: Tensor
  /** Keys and values by the name of the input that takes them; the first dimension is the row. */
  readonly past: Readonly<Record<string, Tensor>>
}

/** Opens the model in a folder. @throws when a file is missing or is not what it should be */
export async function openSeq2seq(modelPath: string, threads: number): Promise<Seq2seqModel> {
  const config = JSON.parse(await readFile(join(modelPath, modelFiles.config), 'utf8')) as ModelConfig
  const sessions = await openSessions(modelPath, threads)
  return {
    sessions,
    config,
    pastNames: sessions.decoder.inputNames.filter((name) => name.startsWith('past_key_values.')),
    stepOutputs: sessions.decoder.outputNames.filter((name) => !name.includes('.encoder.')),
  }
}

export function closeSeq2seq(model: Seq2seqModel): Promise<void> {
  return closeSessions(model.sessions)
}

/**
 * Reads one source and writes the decoder's start token: one row, from which `pickRows` makes as many as there are
 * target languages. The encoder, and the keys and values of its output, are computed once for all of them.
 */
export async function startRow(model: Seq2seqModel, sourceIds: readonly number[]): Promise<Rows> {
  const encoded = await model.sessions.encoder.run({
    input_ids: int64Tensor(sourceIds, [1, sourceIds.length]),
    attention_mask: ones(1, sourceIds.length),
  })
  const hidden = output(encoded, 'last_hidden_state')
  const feeds = {
    ...decoderFeeds(model, { count: 1, hidden, past: emptyPast(model) }, [model.config.decoder_start_token_id]),
    ...(hasCacheBranch(model) ? { use_cache_branch: boolTensor(false) } : {}),
  }
  const present = await model.sessions.decoder.run(feeds, model.pastNames.map(presentName))
  return { count: 1, hidden, past: pastOf(model.pastNames, present) }
}

/** The rows at these indexes, in that order: to copy a row for several targets, or to drop those that have ended. */
export function pickRows(rows: Rows, indexes: readonly number[]): Rows {
  const past = Object.entries(rows.past).map(([name, tensor]) => [name, takeRows(tensor, indexes)])
  return { count: indexes.length, hidden: takeRows(rows.hidden, indexes), past: Object.fromEntries(past) }
}

/** Writes one token to each row. The logits have the shape [rows, 1, vocabulary] and speak of the token after it. */
export async function step(
  model: Seq2seqModel,
  rows: Rows,
  tokens: readonly number[],
): Promise<{ rows: Rows; logits: Tensor }> {
  const outputs = await model.sessions.decoder.run(decoderFeeds(model, rows, tokens), model.stepOutputs)
  const grown = pastOf(
    model.pastNames.filter((name) => name.includes('.decoder.')),
    outputs,
  )
  return { rows: { ...rows, past: { ...rows.past, ...grown } }, logits: output(outputs, 'logits') }
}

function decoderFeeds(model: Seq2seqModel, rows: Rows, tokens: readonly number[]): Record<string, Tensor> {
  return {
    input_ids: int64Tensor(tokens, [rows.count, 1]),
    encoder_hidden_states: rows.hidden,
    encoder_attention_mask: ones(rows.count, rows.hidden.dims[1] ?? 0),
    ...rows.past,
    ...(hasCacheBranch(model) ? { use_cache_branch: boolTensor(true) } : {}),
  }
}

function emptyPast(model: Seq2seqModel): Record<string, Tensor> {
  const { d_model, decoder_attention_heads: heads } = model.config
  const empty = () => floatTensor(new Float32Array(0), [1, heads, 0, d_model / heads])
  return Object.fromEntries(model.pastNames.map((name) => [name, empty()]))
}

function pastOf(pastNames: readonly string[], outputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(pastNames.map((name) => [name, output(outputs, presentName(name))]))
}

function presentName(pastName: string): string {
  return pastName.replace('past_key_values.', 'present.')
}

function hasCacheBranch(model: Seq2seqModel): boolean {
  return model.sessions.decoder.inputNames.includes('use_cache_branch')
}

/** One sentence at a time has no padding, so every position counts. */
function ones(rows: number, positions: number): Tensor {
  return int64Tensor(new Array<number>(rows * positions).fill(1), [rows, positions])
}

function output(outputs: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = outputs[name]
  if (tensor === undefined) throw new Error(`the model has no output ${name}`)
  return tensor
}
