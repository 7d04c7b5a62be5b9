import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import type { Event__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import type { Message__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Translation__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Translation'
import type { Reader } from '@meeshy/shared/reader-view'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../context.js'
import { fanOut } from './fan-out.js'
import type { Outgoing } from './outgoing.js'

function reader(language: Reader['language'], more: Partial<Reader> = {}): Reader {
  return { language, understood: [language], autoTranslate: true, ...more }
}

const readers = {
  english: reader('en'),
  french: reader('fr'),
  frenchAgain: reader('fr'),
  german: reader('de'),
  understands: reader('de', { understood: ['de', 'en'] }),
  switchedOff: reader('fr', { autoTranslate: false }),
}

const french: Translation__Output = {
  language: 'fr',
  status: 'ready',
  text: 'Bonjour',
  model: 'nllb',
  confidence: 0.8,
  cached: true,
  revision: 1,
  retriable: false,
}

function message(changes: Partial<Message__Output> = {}): Message__Output {
  return {
    id: 'm',
    conversationId: 'c',
    seq: 1,
    revision: 1,
    senderId: 'english',
    clientMessageId: 'k',
    content: 'Hello',
    messageType: 'text',
    originalLanguage: 'en',
    languageSource: 'client',
    createdAt: '2026-01-01T00:00:00.000Z',
    translations: [],
    display: null,
    ...changes,
  }
}

/** Who got which bytes, for people with one device each. */
async function deliver(event: Partial<Event__Output>, people: Record<string, Reader> = readers, devices = 1) {
  const received = new Map<string, Outgoing[]>()
  const context = {
    rooms: { read: async () => new Map(Object.entries(people)) },
    hub: {
      connectionsOf: (userId: string) =>
        new Set(
          Array.from({ length: devices }, () => ({
            revise: () => {},
            deliver: (outgoing: Outgoing) => received.set(userId, [...(received.get(userId) ?? []), outgoing]),
          })),
        ),
    },
  } as unknown as Context
  const about = { conversationId: 'c', eventSeq: 7, revision: 1 }
  await fanOut(context, { ...about, type: 'new', message: message(), ...event })
  return {
    received,
    frames: Object.fromEntries([...received].map(([userId, [outgoing]]) => [userId, outgoing?.frame as ServerFrame])),
  }
}

describe('a new message', () => {
  it('reaches every member, in one buffer for all who want the same language', async () => {
    const { received } = await deliver({}, readers, 3)
    const first = (name: string) => received.get(name)?.[0]
    expect([...received.values()].map((buffers) => buffers.length)).toEqual([3, 3, 3, 3, 3, 3])
    expect(first('french')).toBe(first('frenchAgain'))
    expect(new Set([...received.values()].flat()).size).toBe(3)
  })

  it('shows each reader what they read, already translated when the memory had it', async () => {
    const { frames } = await deliver({ message: message({ translations: [french] }) })
    const original = { language: 'en', text: 'Hello', translated: false }
    const place = { type: 'message.new', conversationId: 'c', eventSeq: 7 }
    expect(frames.french).toMatchObject({
      ...place,
      data: { content: 'Hello', display: { language: 'fr', text: 'Bonjour', translated: true } },
    })
    for (const name of ['english', 'german', 'understands', 'switchedOff']) {
      expect(frames[name]).toMatchObject({ ...place, data: { display: original, translations: {} } })
    }
    expect(frames.french).toMatchObject({ data: { translations: { fr: { status: 'ready', confidence: 0.8 } } } })
  })

  it('that was deleted since carries no text', async () => {
    const deletedAt = '2026-01-02T00:00:00.000Z'
    const { received, frames } = await deliver({ message: message({ deletedAt, translations: [french] }) })
    expect(frames.french).toMatchObject({ data: { content: null, display: null, translations: {}, deletedAt } })
    expect(String([...received.values()].flat().map(({ bytes }) => bytes))).not.toMatch(/Hello|Bonjour/)
  })
})

describe('a translation', () => {
  const translated = { type: 'translated', language: 'fr', message: message({ translations: [french] }) }

  it('reaches only those who read that language here', async () => {
    const { frames } = await deliver(translated)
    expect(Object.keys(frames)).toEqual(['french', 'frenchAgain'])
    expect(frames.french).toEqual({
      type: 'message.translated',
      conversationId: 'c',
      eventSeq: 7,
      data: { messageId: 'm', revision: 1, language: 'fr', text: 'Bonjour', model: 'nllb', confidence: 0.8 },
    })
  })

  it.each<[string, Partial<Event__Output>]>([
    ['gone', { ...translated, message: null }],
    ['of a deleted message', { ...translated, message: message({ deletedAt: 'now', translations: [french] }) }],
    ['pending again', { ...translated, message: message({ translations: [{ ...french, status: 'pending' }] }) }],
    ['not there', { ...translated, message: message() }],
    [
      'of a revision that is no more',
      { ...translated, message: message({ translations: [{ ...french, revision: 2 }] }) },
    ],
    ['of an unknown kind', { ...translated, type: 'sung' }],
  ])('that is %s reaches nobody', async (_, event) => {
    expect((await deliver(event)).received.size).toBe(0)
  })

  it.each(['failed', 'skipped'])('that %s is told with its reason', async (status) => {
    const { text: _, ...rest } = french
    const failed = { ...rest, status, reason: 'no_model' }
    const { frames } = await deliver({
      type: 'translation_failed',
      language: 'fr',
      message: message({ translations: [failed] }),
    })
    expect(Object.keys(frames)).toEqual(['french', 'frenchAgain'])
    expect(frames.french).toMatchObject({
      type: 'message.translation_failed',
      data: { messageId: 'm', revision: 1, language: 'fr', status, reason: 'no_model' },
    })
  })
})
