import { floats, type Tensor } from './session.js'
import { TranslatorError } from './translator.js'

/** The token that a row chose, and the natural logarithm of its probability. */
export interface Choice {
  token: number
  logProb: number
}

/** Below this distance from the best logit 256,000 words together add less than 0.0006 to a logarithm. */
const NEGLIGIBLE = -20

/**
 * The likeliest token of each row; of equals the first, so the same logits give the same text.
 * @param logits shape [rows, 1, vocabulary]
 * @throws TranslatorError model_failed when a logit is not a number: a broken model must not write text
 */
export function chooseTokens(logits: Tensor): Choice[] {
  const [rows = 0] = logits.dims
  const data = floats(logits)
  const vocabulary = data.length / rows
  return Array.from({ length: rows }, (_, row) => chooseToken(data, row * vocabulary, (row + 1) * vocabulary))
}

function chooseToken(data: Float32Array, start: number, end: number): Choice {
  let best = start
  let bestLogit = data[start] as number
  for (let index = start + 1; index < end; index++) {
    const logit = data[index] as number
    if (logit > bestLogit) {
      bestLogit = logit
      best = index
    }
  }
  const logProb = -Math.log(sumOfExponentials(data, start, end, bestLogit))
  if (Number.isNaN(logProb)) throw new TranslatorError('model_failed', 'the model gave logits that are not numbers')
  return { token: best - start, logProb }
}

function sumOfExponentials(data: Float32Array, start: number, end: number, bestLogit: number): number {
  let sum = 0
  for (let index = start; index < end; index++) {
    const distance = (data[index] as number) - bestLogit
    // Written so that NaN, for which every comparison is false, is added and seen.
    if (!(distance < NEGLIGIBLE)) sum += Math.exp(distance)
  }
  return sum
}
