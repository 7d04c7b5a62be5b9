import { describe, expect, test } from 'vitest'
import { chooseTokens } from './greedy.js'
import { floatTensor } from './session.js'

const choose = (...rows: number[][]) =>
  chooseTokens(floatTensor(Float32Array.from(rows.flat()), [rows.length, 1, rows[0]?.length ?? 0]))

test('each row chooses its likeliest token, with the logarithm of its probability', () => {
  const [first, second] = choose([0, Math.log(3), 0, 0], [5, 0, 0, 0])
  expect(first?.token).toBe(1)
  expect(first?.logProb).toBeCloseTo(Math.log(0.5), 5)
  expect(second?.token).toBe(0)
})

test('of equals the first is chosen', () => {
  expect(choose([1, 7, 7, 7])[0]?.token).toBe(1)
})

test('logits far below the best do not matter', () => {
  expect(choose([0, -1000, -1000])[0]?.logProb).toBeCloseTo(0, 6)
})

describe('a logit that is not a number is the model’s failure', () => {
  test.each([[[Number.NaN, 1, 2]], [[1, Number.NaN, 2]], [[1, 2, Number.POSITIVE_INFINITY]]])('%s', (row) => {
    expect(() => choose([0, 1, 2], row)).toThrow(expect.objectContaining({ reason: 'model_failed' }))
  })
})
