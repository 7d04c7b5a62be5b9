import { expect, it } from 'vitest'
import { addressOf } from './contract.js'

it.each([
  ['127.0.0.1', '127.0.0.1:50051'],
  ['localhost', 'localhost:50051'],
  ['::1', '[::1]:50051'],
])('finds a server on %s', (host, address) => {
  expect(addressOf({ host, port: 50051 })).toBe(address)
})
