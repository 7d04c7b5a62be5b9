import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { retryWhileBusy } from './busy.js'

const busyErrors = [
  new Database.SqliteError('database is locked', 'SQLITE_BUSY'),
  new Database.SqliteError('database is locked', 'SQLITE_BUSY_SNAPSHOT'),
  new DriverAdapterError({ kind: 'SocketTimeout' }),
]

test('a lock is waited for', async () => {
  const errors = [...busyErrors]
  const attempt = (): string => {
    const error = errors.shift()
    if (error) throw error
    return 'done'
  }
  await expect(retryWhileBusy(attempt)).resolves.toBe('done')
})

test('when the budget is spent, the lock is the error', async () => {
  let attempts = 0
  const attempt = (): never => {
    attempts++
    throw busyErrors[0]
  }
  await expect(retryWhileBusy(attempt, 50)).rejects.toBe(busyErrors[0])
  expect(attempts).toBeGreaterThan(1)
})

test('any other error is not retried', async () => {
  let attempts = 0
  const failure = new Database.SqliteError('no such table: nope', 'SQLITE_ERROR')
  const attempt = (): never => {
    attempts++
    throw failure
  }
  await expect(retryWhileBusy(attempt)).rejects.toBe(failure)
  expect(attempts).toBe(1)
})
