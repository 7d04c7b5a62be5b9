import { type Findings, isSound } from '../lib/durability/findings.js'
import { Attempts } from './attempts.js'
import type { Scene } from './scene.js'

/** How a trouble went. */
export interface Outcome {
  acknowledged: number
  /** Requests that failed, each of which was acknowledged when it was made again afterwards. */
  failed: number
  /** Failures that were not a clear answer of the service. */
  unclear: string[]
  /** The longest time until an ack or a failure. */
  longestMs: number
  /** What a crash right after the trouble would have left. */
  afterTrouble: Findings
  /** What was there in the end, after a kill. */
  inTheEnd: Findings
}

/**
 * Starts the service and lets a trouble come over it. Afterwards, without a restart, everything that failed is asked
 * for again and has to be acknowledged; then the service is killed.
 *
 * @param trouble comes, sees requests attempted, and is over
 */
export async function survive(scene: Scene, trouble: (attempts: Attempts) => Promise<void>): Promise<Outcome> {
  await scene.start()
  const attempts = new Attempts()
  await trouble(attempts)
  const { acknowledged, unclear, longestMs } = attempts
  const afterTrouble = await scene.inspect()
  // Who asks for what is lost gets errors that tell less.
  if (isSound(afterTrouble)) await scene.recover(attempts)
  await scene.kill()
  const inTheEnd = await scene.inspect()
  return { acknowledged, failed: attempts.failed.length, unclear, longestMs, afterTrouble, inTheEnd }
}

/** Whether nothing was lost, and every failure was clear. */
export function isSurvived(outcome: Outcome): boolean {
  return isSound(outcome.afterTrouble) && isSound(outcome.inTheEnd) && outcome.unclear.length === 0
}
