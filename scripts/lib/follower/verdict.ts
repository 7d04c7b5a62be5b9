import { setTimeout as delay } from 'node:timers/promises'
import type { Follower } from './follower.js'
import { differences, missedEvents } from './truth.js'

/** What a follower has come to in one conversation. */
export interface Verdict {
  connections: number
  /** Events that were applied. */
  applied: number
  /** Events that came twice and were left out. */
  repeats: number
  /** Events that every member gets and that never came. */
  missed: number
  /** Gaps, inversions, forced fetches, and what differs from the stored history. */
  wrong: string[]
}

const settleLimitMs = 60_000
const pollMs = 100

/** Waits until nothing is missing, or for the end of the time: translations may still be on their way. */
export async function verdictOf(databaseFile: string, follower: Follower, conversationId: string): Promise<Verdict> {
  const end = performance.now() + settleLimitMs
  let [missed, different] = [0, ['has not come back']]
  while ((missed > 0 || different.length > 0) && performance.now() < end) {
    const room = follower.rooms.get(conversationId)
    if (follower.isCurrent && room) {
      missed = (await missedEvents(databaseFile, room)).length
      different = await differences(room, follower.rest)
    }
    if (missed > 0 || different.length > 0) await delay(pollMs)
  }
  const { applied = [], repeats = 0 } = follower.rooms.get(conversationId) ?? {}
  const { resyncs, allViolations } = follower.rooms
  const fetched = resyncs.map((reason) => `was told to fetch: ${reason}`)
  const wrong = [...allViolations, ...fetched, ...different]
  return { connections: follower.greetings, applied: applied.length, repeats, missed, wrong }
}

/** Whether nothing was missed and nothing is wrong. */
export function isComplete({ missed, wrong }: Verdict): boolean {
  return missed === 0 && wrong.length === 0
}

/** Verdicts as a table, and what is wrong in words. */
export function printVerdicts(verdicts: readonly Verdict[], isShown: (verdict: Verdict) => boolean = () => true): void {
  const shown = verdicts.filter((verdict) => isShown(verdict) || !isComplete(verdict))
  console.table(shown.map(({ wrong, ...verdict }) => ({ ...verdict, wrong: wrong.length })))
  for (const [follower, { wrong }] of verdicts.entries()) {
    for (const what of wrong) console.log(`follower ${follower}: ${what}`)
  }
}
