import {
  type ClientFrame,
  type ClientFrameType,
  clientFrames,
  type FrameRef,
  frameRef,
} from '@meeshy/shared/frames/client-frames'
import { Problem } from '@meeshy/shared/problems'
import { Compile } from 'typebox/compile'
import { toFieldErrors } from '../plugins/problems.js'

/** A frame as it came in: valid, or the problem to answer with. `ref` is there whenever one could be read. */
export type ParsedFrame = { ref: FrameRef | undefined } & ({ frame: ClientFrame } | { problem: Problem })

const maxErrors = 10

const refs = Compile(frameRef)
const validators = new Map(Object.entries(clientFrames).map(([type, schema]) => [type, Compile(schema)]))

/** Reads and checks a frame; never throws. */
export function parseFrame(raw: Buffer, isBinary: boolean): ParsedFrame {
  if (isBinary) return refuse(undefined, 'Frames are JSON texts, not binary.')
  let value: unknown
  try {
    value = JSON.parse(raw.toString())
  } catch {
    return refuse(undefined, 'The frame is not valid JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(undefined, 'A frame is a JSON object.')
  }
  const { type, ref: givenRef } = value as { type?: unknown; ref?: unknown }
  const ref = refs.Check(givenRef) ? givenRef : undefined
  const validator = typeof type === 'string' ? validators.get(type) : undefined
  if (!validator) return refuse(ref, `There is no such frame; the types are ${[...validators.keys()].join(', ')}.`)
  if (validator.Check(value)) return { ref, frame: value as ClientFrame<ClientFrameType> }
  const errors = validator.Errors(value).slice(0, maxErrors).flatMap(toFieldErrors)
  return { ref, problem: new Problem('validation_failed', undefined, { errors }) }
}

function refuse(ref: FrameRef | undefined, detail: string): ParsedFrame {
  return { ref, problem: new Problem('bad_request', detail) }
}
