import { setImmediate } from 'node:timers/promises'
import { type Choice, chooseTokens } from './greedy.js'
import { pickRows, type Rows, type Seq2seqModel, startRow, step } from './seq2seq.js'

/** An output: what was written so far, how sure its least sure token was, and whether it met its own end. */
export interface Draft {
  ids: number[]
  minLogProb: number
  ended: boolean
}

const MAX_OUTPUT_TOKENS = 200

/**
 * Writes one output for each of `firstTokens` (the target languages), all from one reading of the source, each step for
 * all of them at once. A row that has ended leaves the batch.
 * @param checkpoint called between the steps; what it throws ends the writing
 */
export async function writeTogether(
  model: Seq2seqModel,
  sourceIds: readonly number[],
  firstTokens: readonly number[],
  checkpoint: () => void,
): Promise<Draft[]> {
  const limit = outputLimit(sourceIds.length)
  const drafts = firstTokens.map((): Draft => ({ ids: [], minLogProb: 0, ended: false }))
  let active = drafts
  let tokens = firstTokens
  let rows = pickRows(await startRow(model, sourceIds), new Array<number>(drafts.length).fill(0))
  for (let written = 0; written < limit && active.length > 0; written++) {
    // The steps block the thread; the messages that cancel a request get in here.
    await setImmediate()
    checkpoint()
    const stepped = await step(model, rows, tokens)
    extend(active, chooseTokens(stepped.logits), model.config.eos_token_id)
    const going = active.flatMap((draft, row) => (draft.ended ? [] : [row]))
    rows = leaving(stepped.rows, going)
    active = active.filter((draft) => !draft.ended)
    tokens = active.map((draft) => draft.ids.at(-1) as number)
  }
  return drafts
}

function extend(drafts: readonly Draft[], choices: readonly Choice[], endToken: number): void {
  drafts.forEach((draft, row) => {
    const { token, logProb } = choices[row] as Choice
    draft.ids.push(token)
    draft.minLogProb = Math.min(draft.minLogProb, logProb)
    draft.ended = token === endToken
  })
}

/** Copies the caches only when a row has left, and not for nobody. */
function leaving(rows: Rows, going: readonly number[]): Rows {
  return going.length === rows.count || going.length === 0 ? rows : pickRows(rows, going)
}

/** Tokens that a translation may take: chat is short, and a model that lost its thread writes without end. */
function outputLimit(sourceTokens: number): number {
  return Math.min(MAX_OUTPUT_TOKENS, Math.max(16, Math.ceil(2.5 * sourceTokens)))
}
