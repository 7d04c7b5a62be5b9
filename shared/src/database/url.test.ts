import { expect, test } from 'vitest'
import { databaseFile } from './url.js'

test.each([
  ['file:/var/lib/meeshy/chat.db', '/var/lib/meeshy/chat.db'],
  ['file:///var/lib/meeshy/chat.db', '/var/lib/meeshy/chat.db'],
])('%s is %s', (url, file) => {
  expect(databaseFile(url)).toBe(file)
})

test.each([
  ['file:./dev.db', 'absolute path'],
  ['file:dev.db', 'absolute path'],
  ['/var/lib/chat.db', 'no scheme'],
  ['file:/var/lib/chat.db?mode=ro', 'no parameters'],
])('%s is refused', (url, reason) => {
  expect(() => databaseFile(url)).toThrow(reason)
})

test('the password of a foreign URL is not repeated', () => {
  expect(() => databaseFile('postgresql://ana:secret@host/db')).toThrow('got "postgresql:"')
})
