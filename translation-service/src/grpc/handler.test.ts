import { EventEmitter } from 'node:events'
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { DatabaseUnavailable } from '@meeshy/shared/database/sql'
import { createLogger } from '@meeshy/shared/logging'
import { statusToProblem } from '@meeshy/shared/messaging/problem-status'
import { Problem } from '@meeshy/shared/problems'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { beforeEach, expect, it } from 'vitest'
import type { Context } from '../context.js'
import { Handlers } from './handler.js'

let lines: Array<{ level: string; message: string; code?: string }> = []
const log = createLogger({ service: 'test', level: 'trace', directory: '' })
for (const transport of log.transports) transport.silent = true
log.on('data', (line) => lines.push(line))
const context = { log } as Context

beforeEach(() => {
  lines = []
})

type Handler = ReturnType<Handlers['unary']>

function callOf(handler: Handler) {
  const call = Object.assign(new EventEmitter(), { request: {}, metadata: new Metadata(), cancelled: false })
  const answered = new Promise<ServiceError | null>((resolve) => {
    handler(call as never, (error) => resolve(error as ServiceError | null))
  })
  return { call, answered }
}

/** The status that a call is answered with, OK for none. */
async function codeOf(handler: Handler): Promise<number> {
  return (await callOf(handler).answered)?.code ?? status.OK
}

it('answers one call too many at once, and has room again when others end', async () => {
  let release = () => {}
  const released = new Promise<object>((resolve) => {
    release = () => resolve({})
  })
  const handler = new Handlers(context).unary('Slow', () => released)
  const answers = Array.from({ length: 256 }, () => codeOf(handler))
  const tooMany = await callOf(handler).answered
  expect(tooMany && statusToProblem(tooMany)).toMatchObject({ code: 'overloaded', options: { retryAfterSeconds: 1 } })
  release()
  expect(new Set(await Promise.all(answers))).toEqual(new Set([status.OK]))
  expect(await codeOf(handler)).toBe(status.OK)
})

it('turns a database that cannot be used into a problem that passes', async () => {
  const failure = new DatabaseUnavailable('SQLITE_BUSY in /var/lib/meeshy.db')
  const answer = await callOf(new Handlers(context).unary('Broken', () => Promise.reject(failure))).answered
  expect(answer?.code).toBe(status.UNAVAILABLE)
  const problem = answer && statusToProblem(answer)
  expect(problem).toMatchObject({ code: 'messages_unavailable', options: { retryAfterSeconds: 1 } })
  expect(JSON.stringify([problem?.detail, answer?.details])).not.toContain('meeshy.db')
  expect(lines.map(({ level }) => level)).toContain('error')
})

it('turns a bug into a status without its words, and logs it', async () => {
  const failure = new TypeError('undefined is not a function')
  const answer = await callOf(new Handlers(context).unary('Broken', () => Promise.reject(failure))).answered
  expect(answer).toMatchObject({ code: status.INTERNAL, details: 'internal' })
  expect(lines.map(({ level, message }) => `${level}: ${message}`)).toContain('error: an rpc failed')
})

it('takes a problem for an everyday answer', async () => {
  const handler = new Handlers(context).unary('Refused', () => Promise.reject(new Problem('not_found')))
  expect(await codeOf(handler)).toBe(status.NOT_FOUND)
  expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(['debug']))
})

it('tells the rpc that its caller is gone, and no error that comes of it to anybody', async () => {
  let signal: AbortSignal | undefined
  const handler = new Handlers(context).unary('Given up', (_request, _context, call) => {
    signal = call.signal
    return new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason)))
  })
  const { call, answered } = callOf(handler)
  expect(signal?.aborted).toBe(false)
  call.emit('cancelled', 'cancelled')
  expect((await answered)?.code).toBe(status.CANCELLED)
  expect(signal?.aborted).toBe(true)
  await waitFor(() => lines.length > 0, { what: 'the line of the call' })
  expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(['debug']))
})

it('does not take the end of an answered call for a cancellation', async () => {
  const signals: AbortSignal[] = []
  const handler = new Handlers(context).unary('Quick', async (_request, _context, { signal }) => {
    signals.push(signal)
    return {}
  })
  const { call, answered } = callOf(handler)
  await answered
  await new Promise(setImmediate)
  call.emit('cancelled', 'cancelled')
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
})
