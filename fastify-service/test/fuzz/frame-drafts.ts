import { type ClientFrameType, clientFrames } from '@meeshy/shared/frames/client-frames'
import fc from 'fast-check'
import type { JsonSchema } from '../../src/plugins/openapi-examples.js'
import { frame, opcodes } from '../protocol/frames.js'
import { allowed, broken, fill, garbage, type Known, known, nastyTexts } from './arbitrary.js'
import { changedBytes } from './frame-bytes.js'
import { changedTexts } from './frame-texts.js'
import { type Caller, callers, isKnown } from './world.js'

export const levels = ['values', 'text', 'bytes'] as const
export type Level = (typeof levels)[number]
export const frameTypes = Object.keys(clientFrames) as ClientFrameType[]

/** Something to put on the wire; `Known` things get their values when it goes out. */
export interface FrameDraft {
  caller: Caller
  type: ClientFrameType
  level: Level
  value: unknown
  changeText: (text: string) => string
  changeBytes: (bytes: Buffer) => Buffer
}

/** Frames of every type: some as they should be, some with a wrong value, some of wrong JSON, some of wrong bytes. */
export function frameDrafts(): fc.Arbitrary<FrameDraft> {
  return fc.constantFrom(...frameTypes).chain((type) => {
    const right = frameOf(type)
    const as = (level: Level, value: fc.Arbitrary<unknown>) =>
      fc.record({
        caller: fc.constantFrom(...callers),
        type: fc.constant(type),
        level: fc.constant(level),
        value,
        changeText: level === 'text' ? changedTexts : fc.constant((text: string) => text),
        changeBytes: level === 'bytes' ? changedBytes : fc.constant((bytes: Buffer) => bytes),
      })
    return fc.oneof(
      { arbitrary: as('values', right), weight: 6 },
      { arbitrary: as('values', broken(right)), weight: 6 },
      { arbitrary: as('values', withData(type, garbage())), weight: 1 },
      { arbitrary: as('values', garbage()), weight: 1 },
      { arbitrary: as('text', right), weight: 4 },
      { arbitrary: as('bytes', right), weight: 4 },
    )
  })
}

/** The bytes that go over the wire. */
export function toBytes({ value, changeText, changeBytes }: FrameDraft, find: (known: Known) => string): Buffer {
  const text = changeText(JSON.stringify(toObject(fill(value, find))) ?? '')
  return changeBytes(frame({ opcode: opcodes.text, payload: text }))
}

const refs = fc.oneof(
  { arbitrary: fc.uuid(), weight: 6 },
  { arbitrary: fc.integer(), weight: 2 },
  { arbitrary: fc.constantFrom(...nastyTexts, 'x'.repeat(64), 'x'.repeat(65)), weight: 1 },
  { arbitrary: fc.constantFrom(0, -1, 2 ** 53 - 1, 2 ** 53, 0.5, 1e300, null, true, [], {}), weight: 1 },
)

function frameOf(type: ClientFrameType): fc.Arbitrary<unknown> {
  const { data } = clientFrames[type].properties
  return withData(type, type === 'resume' ? resumeData : allowed(data as unknown as JsonSchema, {}, isKnown))
}

function withData(type: ClientFrameType, data: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const whole = { type: fc.constant(type), ref: refs, data }
  return fc.oneof(
    { arbitrary: fc.record(whole), weight: 9 },
    { arbitrary: fc.record({ type: whole.type, data }), weight: 1 },
  )
}

const positions = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(0, 2 ** 31 - 1))
const conversationIds = fc.oneof(
  { arbitrary: known('conversationId'), weight: 5 },
  { arbitrary: fc.uuid({ version: 7 }), weight: 1 },
  { arbitrary: fc.constantFrom('__proto__', 'constructor', 'x', ''), weight: 1 },
)

/** What stands for an object whose keys are looked up as well. */
const pairsName = '#pairs'
const resumeData = fc.record({
  conversations: fc.record({ [pairsName]: fc.array(fc.tuple(conversationIds, positions), { maxLength: 6 }) }),
  epoch: fc.oneof({ arbitrary: known('epoch'), weight: 4 }, { arbitrary: fc.constantFrom('', 'other'), weight: 1 }),
})

function toObject(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Array.from(value, toObject)
  if (pairsName in value && Array.isArray(value[pairsName])) {
    return Object.fromEntries(value[pairsName].filter((pair) => Array.isArray(pair)))
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toObject(inner)]))
}
