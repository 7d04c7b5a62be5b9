import { ackData, type ClientFrameType, clientFrames, frameRef } from '@meeshy/shared/frames/client-frames'
import { serverFrames } from '@meeshy/shared/frames/server-frames'
import { type TSchema, Type } from 'typebox'
import { exampleOf, type JsonSchema, type NamedSchemas } from './openapi-examples.js'
import type { Policy } from './policy.js'

/** What is described of the handlers of the frames. */
export type DescribedFrames = Record<ClientFrameType, { policy: Policy; waits?: true }>

/** A message of AsyncAPI, under the key that it has in the document. */
export interface Message {
  key: string
  name: string
  title: string
  summary: string
  description?: string
  correlationId?: { location: string; description: string }
  payload: object
  examples: Array<{ name: string; payload: unknown }>
}

const correlationId = { location: '$message.payload#/ref', description: 'chosen by the client, repeated in the ack' }

/** Every frame that clients send, with the ack that it gets when all goes well. */
export function clientMessages(frames: DescribedFrames, named: NamedSchemas) {
  return (Object.keys(clientFrames) as ClientFrameType[]).map((type) => {
    const { policy, waits } = frames[type]
    const frame = message(named, {
      ...{ key: `client.${type}`, name: type, title: type, correlationId },
      summary: summaryOf(clientFrames[type]),
      payload: clientFrames[type],
    })
    const ack = message(named, {
      ...{ key: `ack.${type}`, name: 'ack', title: `ack of ${type}`, correlationId },
      summary: `${type} was done.`,
      description: waits
        ? 'The frames after it are not held up: their acks may come before this one.'
        : 'Acks come in the order of their frames.',
      payload: answer({ ok: Type.Literal(true), data: ackData[type] }),
    })
    return { frame, ack, policy }
  })
}

/** The ack of every frame that could not be done. */
export function refusal(named: NamedSchemas): Message {
  return message(named, {
    ...{ key: 'ack.refusal', name: 'ack', title: 'ack of what was refused', correlationId },
    summary: 'The frame was refused, as REST would have refused it.',
    payload: answer({ ok: Type.Literal(false), error: Type.Unsafe({ $ref: 'Problem#' }) }),
  })
}

/** Every frame that the server sends by itself. */
export function serverMessages(named: NamedSchemas): Message[] {
  return Object.entries(serverFrames).map(([type, payload]) =>
    message(named, { key: `server.${type}`, name: type, title: type, summary: summaryOf(payload), payload }),
  )
}

function message(named: NamedSchemas, described: Omit<Message, 'examples'>): Message {
  const payload = exampleOf(described.payload as JsonSchema, named, 'all')
  return { ...described, examples: [{ name: 'example', payload }] }
}

function answer(outcome: Parameters<typeof Type.Object>[0]): TSchema {
  return Type.Object({ type: Type.Literal('ack'), ref: frameRef, ...outcome })
}

function summaryOf(schema: object): string {
  return (schema as JsonSchema).description ?? ''
}
