import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Translation__Output as Translation } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import { displayFor, wantedLanguage } from '@meeshy/shared/reader-view'
import { expect } from 'vitest'
import { factsOf } from './model.js'
import type { Replica } from './replica.js'

/**
 * State before + events = fresh read. What messages are is equal at any moment. Of translations:
 *
 * - Only the one that the reader sees in place of the original is compared. Of a message that they read in the original
 *   a fresh read may also bring a translation that others of their language need; no event tells them of it.
 * - `quiet`, no translation is pending anywhere: it is equal in every field, and so is the text that is displayed.
 * - `translating`: a fresh read was made later than the events were read, and tells at once that a translation was asked
 *   for, which has no event. So a replica may be behind: it has none or a pending one, whatever the fresh read says. One
 *   that is ready or skipped stays as it is for this revision; one that failed may have been asked for again.
 */
export function compareReplica(replica: Replica, fresh: readonly Message[], state: 'translating' | 'quiet'): void {
  expect(replica.messages.map(factsOf)).toEqual(fresh.map(factsOf))
  for (const [index, held] of replica.messages.entries()) {
    const read = fresh[index] as Message
    const [mine, theirs] = [seenBy(replica, held), seenBy(replica, read)]
    if (state === 'translating' && !isSettled(mine)) continue
    expect(mine).toEqual(theirs)
    expect(displayFor(replica.reader, held)).toEqual(read.display)
  }
}

/** Every translation that this client shows in place of an original has come to its end. */
export function checkNoneIsPending(replica: Replica): void {
  const pending = replica.messages.filter(
    (message) =>
      message.deletedAt === undefined &&
      wantedLanguage(replica.reader, message.originalLanguage) !== null &&
      !isFinal(seenBy(replica, message)),
  )
  expect(pending, 'messages whose reader still waits for a translation').toEqual([])
}

function seenBy({ reader }: Replica, { originalLanguage, translations }: Message): Translation | undefined {
  const wanted = wantedLanguage(reader, originalLanguage)
  return translations.find(({ language }) => language === wanted)
}

function isFinal(translation: Translation | undefined): boolean {
  return translation !== undefined && translation.status !== 'pending'
}

function isSettled(translation: Translation | undefined): boolean {
  return isFinal(translation) && translation?.status !== 'failed'
}
