import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { controlCases } from './protocol/control-cases.js'
import { framingCases } from './protocol/framing-cases.js'
import { lengthCases } from './protocol/length-cases.js'
import { errorLines, protocolSettings, runCase } from './protocol/run-case.js'
import { utf8Cases } from './protocol/utf8-cases.js'
import { startTestGateway } from './support.js'

const cases = [...framingCases, ...lengthCases, ...controlCases, ...utf8Cases]
const atOnce = 20
const mebibyte = 1024 * 1024

it('keeps nothing of the protocol cases, however often they come', { timeout: 120_000 }, async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const gateway = await startTestGateway(protocolSettings)
  const { accessToken } = await gateway.register('ana')
  const errors: string[] = []
  const round = async () => {
    for (let first = 0; first < cases.length; first += atOnce) {
      await Promise.all(cases.slice(first, first + atOnce).map((one) => runCase(gateway, accessToken, one)))
    }
    errors.push(...errorLines(gateway.lines))
    gateway.lines.length = 0
  }
  const memory = async (rounds: number) => {
    for (let count = 0; count < rounds; count += 1) await round()
    collect()
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    return process.memoryUsage()
  }
  const before = await memory(2)
  const after = await memory(6)
  expect(after.heapUsed - before.heapUsed).toBeLessThan(4 * mebibyte)
  expect(after.external - before.external).toBeLessThan(4 * mebibyte)
  expect(after.rss - before.rss).toBeLessThan(64 * mebibyte)
  expect(errors).toEqual([])
  expect(gateway.app.websocketServer.clients.size).toBe(0)
  await gateway.close()
})
