import { status } from '@grpc/grpc-js'
import { expect, it } from 'vitest'
import { Problem } from '../problems.js'
import { problemToStatus, statusToProblem } from './problem-status.js'

function afterTheWire(problem: Problem): Problem {
  return statusToProblem(Object.assign(new Error(), problemToStatus(problem)))
}

it('carries a problem: its code, its sentence and when to try again', () => {
  const told = afterTheWire(new Problem('overloaded', 'Trop à faire.', { retryAfterSeconds: 7 }))
  expect(told).toMatchObject({ code: 'overloaded', detail: 'Trop à faire.', options: { retryAfterSeconds: 7 } })
  expect(afterTheWire(new Problem('not_found')).options.retryAfterSeconds).toBeUndefined()
})

it('reads no time to try again that is none', () => {
  const told = problemToStatus(new Problem('overloaded'))
  told.metadata?.set('retry-after-seconds', 'soon')
  expect(statusToProblem(Object.assign(new Error(), told)).options.retryAfterSeconds).toBeUndefined()
})

it('takes a broken link for a problem that passes', () => {
  const told = statusToProblem(Object.assign(new Error(), { code: status.UNAVAILABLE }) as never)
  expect(told).toMatchObject({ code: 'messages_unavailable', options: { retryAfterSeconds: 1 } })
})
