import { Problem, type ProblemCode } from '@meeshy/shared/problems'
import { expect } from 'vitest'

/** What became of a call. */
export type Outcome<Answer> = { answer: Answer } | { problem: Problem }

/** Waits for a call; what is no problem of the closed list is thrown. */
export async function outcomeOf<Answer>(call: Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { answer: await call }
  } catch (problem) {
    if (problem instanceof Problem) return { problem }
    throw problem
  }
}

/**
 * Checks that a call was refused for the right reason, or not at all.
 *
 * @returns its answer, or null for a refusal
 */
export function answerOf<Answer>(outcome: Outcome<Answer>, refusal: ProblemCode | null): Answer | null {
  expect('problem' in outcome ? outcome.problem.code : null, 'the refusal').toBe(refusal)
  return 'answer' in outcome ? outcome.answer : null
}
