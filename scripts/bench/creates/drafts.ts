import { newId } from '@meeshy/shared/ids'
import type { Language } from '@meeshy/shared/languages'
import type { Outcome, Ready } from '../../../translation-service/src/store/outcome.js'
import type { BenchRoom } from '../lib/room.js'

export const contentKey = 'a key for benchmarks'

/** Messages under way at the same time, and so in one commit at most. */
export const atOnce = 64

/** One way to write messages, on a database of its own. */
export interface Writer {
  /** Writes them, `atOnce` at once, and answers when all are on disk. */
  write(drafts: readonly Draft[]): Promise<void>
  close(): Promise<unknown>
}

/** Translations that the memory knows before the benchmark begins. */
export const knownEntries = 1_000

const lifetimeMs = 86_400_000

/** What the memory knows under a number. */
export function knownTranslation(index: number): Ready {
  const memoryKey = `known-translation-of-the-benchmark-${index % knownEntries}`
  const text = `Hasta mañana a las diez, número ${index % knownEntries}`
  return { status: 'ready', text, model: 'bench', confidence: 0.9, cached: true, memoryKey }
}

export function expiry(): number {
  return Date.now() + lifetimeMs
}

/** A new message in a room of four languages: two have to be translated, one is known. */
export function draft({ conversationId, writerId }: BenchRoom, number: number) {
  const outcomes = new Map<Language, Outcome | null>([
    ['en', null],
    ['de', null],
    ['es', knownTranslation(number)],
  ])
  return {
    conversationId,
    senderId: writerId,
    clientMessageId: newId(),
    content: `À demain à dix heures, numéro ${number}`,
    originalLanguage: 'fr',
    languageSource: 'client',
    replyToId: null,
    translations: { outcomes, expiresAt: expiry() },
  }
}

export type Draft = ReturnType<typeof draft>
