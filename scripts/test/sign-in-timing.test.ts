import { expect, it } from 'vitest'
import { startCommand } from './testing/process.js'

const measure = (tolerance: string) => {
  const args = ['--tries', '40', '--cost', '8', `--tolerance=${tolerance}`]
  return startCommand('bench/sign-in-timing', {}, args).ended
}

it('bench:sign-in-timing sees no great difference between nobody and a wrong password', async () => {
  // The real figure is taken at cost 12 with 500 tries; an unknown person without any hashing would be at a tenth.
  const { code, stdout, stderr } = await measure('50')
  expect(code, `${stdout}${stderr}`).toBe(0)
  const cells = stdout.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const medianOf = (title: string) => Number(cells.find((row) => row[1] === title)?.[2])
  expect(medianOf('unknown person')).toBeGreaterThan(1)
  expect(medianOf('ratio')).toBeCloseTo(medianOf('unknown person') / medianOf('wrong password'), 1)
})

it('bench:sign-in-timing fails when the difference is too great', async () => {
  expect((await measure('-1')).code).toBe(1)
})
