import { expect, it } from 'vitest'
import { Passwords } from './passwords.js'

const passwords = new Passwords({ pepper: 'a-pepper-of-the-tests-only-0123456789', cost: 4 })

it('tells passwords apart beyond the 72 bytes that bcrypt reads', async () => {
  const long = '密'.repeat(30)
  const hash = await passwords.hash(`${long}甲`)
  expect(await passwords.matches(`${long}甲`, hash)).toBe(true)
  expect(await passwords.matches(`${long}乙`, hash)).toBe(false)
})

it('takes the same password from keyboards that compose it differently', async () => {
  const hash = await passwords.hash('Zo\u00eb loves caf\u00e9')
  expect(await passwords.matches('Zoe\u0308 loves cafe\u0301', hash)).toBe(true)
})

it('needs the pepper', async () => {
  const other = new Passwords({ pepper: 'another-pepper-of-the-tests-0123456789', cost: 4 })
  expect(await other.matches('password', await passwords.hash('password'))).toBe(false)
})

it('does as much work for nobody as for a wrong password', async () => {
  const slow = new Passwords({ pepper: 'a-pepper-of-the-tests-only-0123456789', cost: 10 })
  await slow.prepare()
  // Of before the cost was raised, too.
  const hashes = [await slow.hash('right password'), await passwords.hash('right password')]
  // Processor time, and not time on the clock: other processes on the machine do not count.
  const work = async (given: string | null) => {
    const start = process.cpuUsage()
    expect(await slow.matches('wrong password', given)).toBe(false)
    const { user, system } = process.cpuUsage(start)
    return user + system
  }
  for (const hash of hashes) {
    const ratios: number[] = []
    for (let index = 0; index < 5; index += 1) ratios.push((await work(null)) / (await work(hash)))
    const median = ratios.sort((a, b) => a - b)[2]
    expect(median).toBeGreaterThan(0.5)
    expect(median).toBeLessThan(2)
  }
  expect(await slow.matches('right password', hashes[1] ?? null)).toBe(true)
})

it('runs two, lets 16 wait, and refuses the rest at once', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 25 }, () => passwords.hash('password')))
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  expect(refused).toHaveLength(25 - 18)
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'overloaded', status: 503 })
  await expect(passwords.hash('password')).resolves.toBeTypeOf('string')
})
