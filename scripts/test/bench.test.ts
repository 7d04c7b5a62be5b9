import { newId } from '@meeshy/shared/ids'
import { expect, it } from 'vitest'
import { dialects } from '../bench/audience/dialects.js'
import { Tally } from '../bench/audience/tally.js'
import { inTurns } from '../bench/lib/turns.js'
import { Answers } from '../bench/rest/answers.js'
import { startCommand } from './testing/process.js'

it('sides are measured in turns, without the first round', async () => {
  const order: string[] = []
  const side = (name: string) => async () => ({ turn: order.push(name) })
  const found = await inTurns({ a: side('a'), b: side('b') }, 3)
  expect(order.join('')).toBe('abbaabba')
  expect(found).toEqual({ a: { turn: 5 }, b: { turn: 6 } })
})

it('bench:creates compares ways to write messages', async () => {
  const rows = await tableOf('creates', ['--creates', '128', '--rounds', '1'])
  expect(Object.keys(rows)).toHaveLength(5)
  for (const [rate = 0, cpu = 0, rateRatio = 0, cpuRatio = 0] of Object.values(rows)) {
    // Less than a bare statement takes, or more than a message by the slowest way, would be a mistake in the measuring.
    expect(cpu).toBeGreaterThan(5)
    expect(cpu).toBeLessThan(100_000)
    const [peerRate = 0, peerCpu = 0] = rows['peer: Prisma, one row'] ?? []
    expect(rateRatio).toBeCloseTo(rate / peerRate, 0)
    expect(cpuRatio).toBeCloseTo(peerCpu / cpu, 0)
  }
})

it('bench:rpc measures calls at fixed rates and together', async () => {
  const rows = await tableOf('rpc', ['--seconds', '0.2', '--rounds', '1'])
  expect(Object.keys(rows)).toHaveLength(4)
  for (const [p50at200 = 0, p99at200 = 0, cpuAt200, p50at500 = 0, p99at500 = 0, cpuAt500, rate] of Object.values(
    rows,
  )) {
    expect(p99at200).toBeGreaterThanOrEqual(p50at200)
    expect(p99at500).toBeGreaterThanOrEqual(p50at500)
    // No call over HTTP/2 costs less.
    expect(cpuAt200).toBeGreaterThan(20)
    expect(cpuAt500).toBeGreaterThan(20)
    expect(rate).toBeGreaterThan(10)
  }
})

it('bench:subscribe delivers every event to every subscriber', async () => {
  const rows = await tableOf('subscribe', ['--events', '2000', '--rate', '100', '--seconds', '0.5', '--rounds', '1'])
  expect(Object.keys(rows)).toHaveLength(5)
  const [[one = 0] = [], [four = 0] = [], none = [], liveForOne = [], liveForFour = []] = Object.values(rows)
  expect(Math.min(one, four)).toBeGreaterThan(100)
  expect(none).toEqual([expect.any(Number)])
  for (const [rate, cpu, p50 = Number.NaN, p99] of [liveForOne, liveForFour]) {
    expect(rate).toBeGreaterThan(10)
    expect(cpu).toBeGreaterThan(20)
    expect(p99).toBeGreaterThanOrEqual(p50)
  }
})

it('bench:rest compares servers that answer the same', async () => {
  const rows = await tableOf('rest', ['--requests', '10', '--rounds', '1'])
  expect(Object.keys(rows)).toHaveLength(17)
  for (const [title, [cpu = 0, least = 0, most = 0, overBare = 0, underExpress = 0]] of Object.entries(rows)) {
    // No server over HTTP answers for less.
    expect(least).toBeGreaterThan(10)
    expect([least, cpu, most].toSorted((a, b) => a - b)).toEqual([least, cpu, most])
    const [route] = title.split(', ')
    expect(overBare).toBeCloseTo(cpu / (rows[`${route}, bare node:http`]?.[0] ?? 0), 1)
    expect(underExpress).toBeCloseTo((rows[`${route}, Nest on Express`]?.[0] ?? 0) / cpu, 1)
  }
})

it('bench:rest refuses to compare servers that answer with something else', () => {
  const answer = (content: string, headers = {}) => ({ body: Buffer.from(content), headers })
  const answers = new Answers('/api/users/me', 'one', answer('{"a":1,"b":2}'))
  const comparing = (other: ReturnType<typeof answer>) => () => answers.compare('another', other)
  expect(comparing(answer('{"b":2,"a":1}'))).not.toThrow()
  expect(comparing(answer('{"b":3,"a":1}'))).toThrow('content')
  expect(comparing(answer('{"b":2, "a":1}'))).toThrow('bytes')
  expect(comparing(answer('{"a":1,"b":2}', { etag: '1' }))).toThrow('headers')
})

it.each([
  ['history', 11],
  ['unread', 7],
])('bench:%s shows how a call grows with the conversation', async (name, count) => {
  const few = name === 'history' ? '--pages' : '--calls'
  const rows = await tableOf(name, ['--sizes', '200,400', few, '10', '--rounds', '1'])
  expect(Object.keys(rows)).toHaveLength(count)
  for (const [first = 0, last = 0, growth = 0] of Object.values(rows)) {
    expect(first).toBeGreaterThan(0)
    expect(growth).toBeCloseTo(last / first, 1)
  }
})

it('bench:fan-out compares servers that deliver the same', async () => {
  const rows = await tableOf('fan-out', [
    ...['--members', '10', '--shapes', 'single', '--seconds', '0.1', '--rounds', '1'],
  ])
  expect(Object.keys(rows)).toHaveLength(7)
  const costOf = (side: string) => rows[`10 members, single messages, the gateway, sent ${side}`]?.[0] ?? Number.NaN
  for (const [cpu = 0, least = 0, most = 0, overElsewhere, overMember] of Object.values(rows)) {
    // A write alone takes more, unless several frames go out in one.
    expect(least).toBeGreaterThan(0.5)
    expect([least, cpu, most].toSorted((a, b) => a - b)).toEqual([least, cpu, most])
    expect(overElsewhere).toBeCloseTo(cpu / costOf('elsewhere'), 0)
    expect(overMember).toBeCloseTo(cpu / costOf('by a member'), 0)
  }
})

it('bench:languages compares rooms whose messages come translated', async () => {
  const rows = await tableOf('languages', ['--members', '9', '--seconds', '0.2', '--rounds', '1'])
  const [[nine = 0, , , overOne] = [], [one = 0, service = 0, bytes = 0] = []] = Object.values(rows)
  expect(Math.min(nine, one, service)).toBeGreaterThan(0.5)
  // Both texts are in it.
  expect(bytes).toBeGreaterThan(600)
  expect(overOne).toBeCloseTo(nine / one, 1)
})

it('bench:delivery measures acks and last deliveries from the moment that messages were due', async () => {
  const rows = await tableOf('delivery', ['--rooms', '1', '--rate', '50', '--seconds', '0.2', '--rounds', '1'])
  const [ackP50 = 0, ackP99 = 0, lastP50 = 0, lastP99 = 0, ...cpu] = Object.values(rows).map(([middle = 0]) => middle)
  expect(ackP50).toBeGreaterThan(0)
  expect(ackP99).toBeGreaterThanOrEqual(ackP50)
  expect(lastP99).toBeGreaterThanOrEqual(lastP50)
  expect(Math.min(...cpu)).toBeGreaterThan(20)
})

it('bench:slow-readers sees that those who take nothing are cut off, and nobody else', async () => {
  // So much may wait that a busy machine, where many messages come together, cuts nobody else.
  const limits = ['--phrase', '駅の前で ', '--queued-bytes', '2500000']
  const rows = await tableOf('slow-readers', [
    ...['--members', '8', '--deaf', '2', '--rate', '80', '--seconds', '6', ...limits],
  ])
  const [listening, disturbed] = Object.values(rows)
  for (const [p50 = Number.NaN, p99] of [listening?.slice(1) ?? [], disturbed?.slice(1) ?? []]) {
    expect(p50).toBeGreaterThan(0)
    expect(p99).toBeGreaterThanOrEqual(p50)
  }
})

it('bench:slow-readers fails when those who take nothing are still connected', async () => {
  const options = ['--members', '4', '--deaf', '1', '--rate', '20', '--seconds', '0.5']
  const { code, stdout } = await startCommand('bench/slow-readers', {}, options).ended
  expect(stdout).toContain('cut off: 0 of the 1 that took nothing, 0 others')
  expect(code).toBe(1)
})

it('bench:idle measures the memory of sockets', async () => {
  const rows = await tableOf('idle-sockets', ['--sockets', '200'])
  // Buffers of their own would be 16 KiB and more.
  const [javaScript] = rows['the gateway'] ?? []
  expect(javaScript).toBeGreaterThan(1)
  expect(javaScript).toBeLessThan(100)
})

it('an audience says which message is missing', () => {
  const tally = new Tally(dialects.ws, 1)
  const conversationId = newId()
  const hear = (seq: number) => {
    const data = { id: newId(), conversationId, seq }
    tally.take(0, Buffer.from(JSON.stringify({ type: 'message.new', conversationId, eventSeq: 10 * seq, data })))
  }
  hear(1)
  expect(() => hear(3)).toThrow('message 3 came after message 1')
  expect(() => hear(1)).toThrow('message 1 came after message 1')
  expect(tally.frames).toBe(1)
})

/** Runs a benchmark; its table by the first cells of its rows. */
async function tableOf(name: string, args: string[]): Promise<Record<string, number[]>> {
  const { code, stdout, stderr } = await startCommand(`bench/${name}`, {}, args).ended
  expect(code, stdout + stderr).toBe(0)
  const [, , ...rows] = stdout.split('\n').filter((line) => line.startsWith('|'))
  return Object.fromEntries(
    rows.map((row) => {
      const [title = '', ...cells] = row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
      return [title, cells.filter(Boolean).map(Number)]
    }),
  )
}
