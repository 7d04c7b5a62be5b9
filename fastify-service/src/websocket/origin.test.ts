import { expect, it } from 'vitest'
import { isAllowedOrigin } from './origin.js'

it.each<[string | undefined, boolean]>([
  [undefined, true],
  ['https://chat.example.org', true],
  ['http://chat.example.org', false],
  ['https://chat.example.org.evil.org', false],
  ['https://sub.chat.example.org', false],
  ['http://localhost:3001', false],
  ['null', false],
  ['', false],
])('%s: %s', (origin, allowed) => {
  expect(isAllowedOrigin(origin, ['https://chat.example.org'])).toBe(allowed)
})
