import fc from 'fast-check'
import { expect, it } from 'vitest'
import { repeatedName } from './repeated-names.js'

it.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"a" :1,\n"a"\t:2}', 'a'],
  ['{"":1,"":2}', ''],
  ['{"a":{"b":[{"c":1,"c":1}]}}', 'c'],
  ['{"a":{"x":1},"a":1}', 'a'],
  ['{"__proto__":1,"__proto__":1}', '__proto__'],
  ['{"a\\"b":1,"a\\"b":1}', 'a"b'],
])('finds the name that %s has twice', (text, name) => {
  expect(repeatedName(text)).toBe(name)
})

it.each(['{"a":"a","b":"\\"a\\":1,"}', '[{"a":1},{"a":1}]', '{"a":{"a":{"a":1}}}', '["a","a","{","}"]', '"x"', '1'])(
  'finds none in %s',
  (text) => {
    expect(repeatedName(text)).toBeNull()
  },
)

it('finds none in what JSON.stringify writes', () => {
  fc.assert(fc.property(fc.json(), (text) => repeatedName(text) === null))
})

it('takes one pass', () => {
  const names = Array.from({ length: 6_000 }, (_, index) => `"n${index}":"\\\\"`)
  const began = performance.now()
  expect(repeatedName(`{${names.join(',')}}`)).toBeNull()
  expect(repeatedName(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)).toBeNull()
  expect(performance.now() - began).toBeLessThan(500)
})
