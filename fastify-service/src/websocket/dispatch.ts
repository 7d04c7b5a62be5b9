import type { ClientFrame, ClientFrameType, FrameRef } from '@meeshy/shared/frames/client-frames'
import { closeCodes } from '@meeshy/shared/frames/close-codes'
import { newId } from '@meeshy/shared/ids'
import { Problem } from '@meeshy/shared/problems'
import { requireRoleFor } from '../plugins/policy.js'
import type { Connection, Holder } from './connection.js'
import { type ParsedFrame, parseFrame } from './frames.js'
import { auth } from './handlers/auth.js'
import type { FrameHandler } from './handlers/handler.js'
import { messageDelete } from './handlers/message-delete.js'
import { messageEdit } from './handlers/message-edit.js'
import { messageRead } from './handlers/message-read.js'
import { messageSend } from './handlers/message-send.js'
import { messageTranslate } from './handlers/message-translate.js'
import { ping } from './handlers/ping.js'
import { presenceSet } from './handlers/presence-set.js'
import { resume } from './handlers/resume.js'
import { typingStart, typingStop } from './handlers/typing.js'
import type { Rate } from './rates.js'
import type { Sockets } from './sockets.js'

/** Every frame that a client may send, with who may send it. */
export const handlers: { [Name in ClientFrameType]: FrameHandler<Name> } = {
  auth,
  ping,
  'message.send': messageSend,
  'message.edit': messageEdit,
  'message.delete': messageDelete,
  'message.read': messageRead,
  'message.translate': messageTranslate,
  'typing.start': typingStart,
  'typing.stop': typingStop,
  'presence.set': presenceSet,
  resume,
}

/** Takes a frame from the wire; it is handled after those that came before it. */
export function receive(sockets: Sockets, connection: Connection, raw: Buffer, isBinary: boolean): void {
  // Counted on arrival: a flood is cut off at once, whatever is still in the queue.
  const rate = countFrame(sockets, connection)
  const queued = connection.enqueue(async () => handle(sockets, connection, parseFrame(raw, isBinary), await rate))
  if (queued) return
  const detail = `More than ${sockets.limits.framesInFlight} frames wait for their answer. Send this one again later.`
  refuse(connection, parseFrame(raw, isBinary).ref, new Problem('overloaded', detail))
}

/** The library answers it; a flood of them costs as much as one of frames. */
export function receivePing(sockets: Sockets, connection: Connection): void {
  void countFrame(sockets, connection)
}

async function countFrame({ rates, limits }: Sockets, connection: Connection): Promise<Rate> {
  const rate = await rates.countFrame(connection.id)
  if (rate.excess > limits.floodFactor) connection.close(closeCodes.flooding, 'flooding')
  return rate
}

/** Resolves when the next frame may be handled: at once for one that waits for a model. */
async function handle(sockets: Sockets, connection: Connection, parsed: ParsedFrame, rate: Rate): Promise<void> {
  const answered = answer(sockets, connection, parsed, rate)
  if ('frame' in parsed && handlers[parsed.frame.type].waits) connection.await(answered)
  else await answered
}

async function answer(sockets: Sockets, connection: Connection, parsed: ParsedFrame, rate: Rate): Promise<void> {
  const requestId = newId()
  try {
    if (rate.problem) throw rate.problem
    if ('problem' in parsed) throw parsed.problem
    const data = await run(sockets, connection, parsed.frame, requestId).catch(rethrowWithinData)
    if (parsed.ref !== undefined) connection.answer({ type: 'ack', ref: parsed.ref, ok: true, data })
  } catch (error) {
    refuse(connection, parsed.ref, toProblem(error, sockets, requestId), requestId)
  }
}

async function run(sockets: Sockets, connection: Connection, frame: ClientFrame, requestId: string): Promise<unknown> {
  // The table's type ties every name to its own data, which the compiler cannot follow through the lookup.
  const handler = handlers[frame.type] as FrameHandler<ClientFrameType>
  const { holder } = connection
  if (handler.policy.who !== 'anybody') {
    if (!holder) throw new Problem('unauthenticated')
    requireRoleFor(handler.policy, holder.role)
  }
  // Null only for handlers that are for anybody, and say so in their type.
  return handler.handle({ sockets, connection, holder: holder as Holder, requestId }, frame.data as never)
}

/** A handler's pointers count from its data, those of every answer from the frame. */
function rethrowWithinData(error: unknown): never {
  if (!(error instanceof Problem) || !error.options.errors) throw error
  const errors = error.options.errors.map(({ pointer, message }) => ({ pointer: `/data${pointer}`, message }))
  throw new Problem(error.code, error.detail, { ...error.options, errors })
}

function refuse(connection: Connection, ref: FrameRef | undefined, problem: Problem, requestId?: string): void {
  const details = problem.toDetails(requestId)
  if (ref === undefined) connection.answer({ type: 'error', data: details })
  else connection.answer({ type: 'ack', ref, ok: false, error: details })
}

function toProblem(error: unknown, { context }: Sockets, requestId: string): Problem {
  const problem = error instanceof Problem ? error : new Problem('internal', undefined, { cause: error })
  if (problem.status >= 500) context.log.warn('A frame failed', { requestId, code: problem.code, error })
  return problem
}
