import { MessagingService } from '@meeshy/shared/messaging/contract'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Border, RawClient, startBorder, token } from './start-border.js'

const previous = 'the-service-token-of-yesterday-0123456'
const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'
const right = `Bearer ${token}`

let border: Border
let client: RawClient
let reached: string[] = []

beforeAll(async () => {
  border = await startBorder(
    (handlers) => ({
      GetMessage: handlers.unary('GetMessage', async () => {
        reached.push('GetMessage')
        return {}
      }),
      SubscribeEvents: handlers.stream('SubscribeEvents', async function* () {
        reached.push('SubscribeEvents')
        yield {}
      }),
    }),
    { SERVICE_TOKEN_PREVIOUS: previous },
  )
  client = new RawClient(border.port)
})

afterAll(async () => {
  client.close()
  await border.close()
})

describe('without the service token', () => {
  it.each([
    ['no', undefined],
    ['an empty', ''],
    ['a short', 'Bearer x'],
    ['a wrong', `Bearer ${token.replace('a', 'b')}`],
    ['a longer', `${right}x`],
    ['a cut', right.slice(0, -1)],
    ['a bare', token],
    ['a lower-case', right.toLowerCase().replace('service', 'SERVICE')],
    ['an enormous', `Bearer ${'x'.repeat(8_000)}`],
  ])('%s one is refused, before the request is looked at', async (_, authorization) => {
    reached = []
    const refused = { status: 'UNAUTHENTICATED', problem: 'unauthenticated' }
    const garbage = Buffer.from([0xff, 0xff, 0xff])
    for (const method of [...Object.keys(MessagingService.service), 'NoSuchRpc', reflection, '/no.such.Service/Rpc']) {
      expect(await client.call(method, { body: garbage, authorization })).toMatchObject(refused)
    }
    const tooLarge = Buffer.alloc(2 * 1024 * 1024)
    expect(await client.call('GetMessage', { body: tooLarge, authorization })).toMatchObject(refused)
    expect(await client.subscribe('SubscribeEvents', authorization)).toMatchObject(refused)
    expect(reached).toEqual([])
  })

  it('the health service answers', async () => {
    expect(await client.call('/grpc.health.v1.Health/Check')).toMatchObject({
      status: 'OK',
      // Field 1, SERVING.
      answer: Buffer.from([0x08, 0x01]),
    })
  })

  it('nothing that merely looks like the health service does', async () => {
    for (const path of ['/grpc.health.v1.Healthy/Check', '/grpc.health.v1.Health/../x', '/grpc.health.v1.Health']) {
      expect(await client.call(path)).not.toMatchObject({ status: 'OK' })
    }
  })
})

describe('with a service token', () => {
  it.each([
    ['of today', right],
    ['of yesterday', `Bearer ${previous}`],
  ])('the one %s, calls and streams are served', async (_, authorization) => {
    reached = []
    expect(await client.call('GetMessage', { authorization })).toMatchObject({ status: 'OK' })
    expect(await client.subscribe('SubscribeEvents', authorization)).toMatchObject({ status: 'OK' })
    expect(reached).toEqual(['GetMessage', 'SubscribeEvents'])
  })

  it('what does not exist is unimplemented', async () => {
    for (const path of ['NoSuchRpc', '/no.such.Service/Rpc', '/', '//']) {
      expect(await client.call(path, { authorization: right })).toMatchObject({ status: 'UNIMPLEMENTED' })
    }
  })

  it('no empty token of yesterday is valid where there is none', async () => {
    const alone = await startBorder()
    const stranger = new RawClient(alone.port)
    onTestFinished(async () => {
      stranger.close()
      await alone.close()
    })
    for (const authorization of ['Bearer ', 'Bearer', `Bearer ${previous}`]) {
      expect(await stranger.call('GetMessage', { authorization })).toMatchObject({ status: 'UNAUTHENTICATED' })
    }
  })
})
