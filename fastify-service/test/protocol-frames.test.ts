import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { controlCases } from './protocol/control-cases.js'
import { framingCases } from './protocol/framing-cases.js'
import { lengthCases } from './protocol/length-cases.js'
import { errorLines, protocolSettings, runCase } from './protocol/run-case.js'
import { utf8Cases } from './protocol/utf8-cases.js'
import { signIn, type TestSocket } from './socket.js'
import { startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let token: string
let neighbour: TestSocket

beforeAll(async () => {
  gateway = await startTestGateway(protocolSettings)
  token = (await gateway.register('ana')).accessToken
  neighbour = await signIn(gateway.url, token)
})

afterAll(async () => {
  neighbour.close()
  await gateway.close()
})

describe.each([
  ['framing', framingCases],
  ['lengths', lengthCases],
  ['control frames', controlCases],
  ['UTF-8', utf8Cases],
])('%s', (_, cases) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const said = await runCase(gateway, token, one, 1)
    expect(said.toSorted()).toEqual((one.expects ?? []).toSorted())
    expect(
      said.findIndex((line) => line.startsWith('close')),
      'nothing after a close',
    ).toBeOneOf([-1, said.length - 1])
    expect(await neighbour.request('ping', {})).toMatchObject({ ok: true })
    expect(errorLines(gateway.lines)).toEqual([])
  })
})
