import { Metadata, type ServerUnaryCall, status } from '@grpc/grpc-js'
import { createLogger } from '@meeshy/shared/logging'
import { expect, it } from 'vitest'
import type { Context } from '../context.js'
import { Handlers } from './handler.js'

const token = 'a-service-token-for-tests-0123456789'
const context = {
  config: { SERVICE_TOKEN: token },
  log: createLogger({ service: 'test', level: 'fatal', directory: '' }),
} as Context

function call() {
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  return { request: {}, metadata } as ServerUnaryCall<object, object>
}

/** The status that a call is answered with, OK for none. */
function codeOf(handler: ReturnType<Handlers['unary']>): Promise<number> {
  return new Promise((resolve) => {
    handler(call() as never, (error) => resolve((error as { code: number } | null)?.code ?? status.OK))
  })
}

it('answers one call too many at once, and has room again when others end', async () => {
  let release = () => {}
  const released = new Promise<object>((resolve) => {
    release = () => resolve({})
  })
  const handler = new Handlers(context).unary('Slow', () => released)
  const answers = Array.from({ length: 256 }, () => codeOf(handler))
  expect(await codeOf(handler)).toBe(status.RESOURCE_EXHAUSTED)
  release()
  expect(new Set(await Promise.all(answers))).toEqual(new Set([status.OK]))
  expect(await codeOf(handler)).toBe(status.OK)
})

it.each([
  ['a busy database', Object.assign(new Error('busy'), { code: 'P1008' }), status.UNAVAILABLE],
  ['a bug', new TypeError('undefined is not a function'), status.INTERNAL],
])('turns %s into a status without its words', async (_, error, expected) => {
  const handler = new Handlers(context).unary('Broken', () => Promise.reject(error))
  expect(await codeOf(handler)).toBe(expected)
})
