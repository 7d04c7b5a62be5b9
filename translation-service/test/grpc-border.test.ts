import { MessagingService } from '@meeshy/shared/messaging/contract'
import { ContractClient } from '@meeshy/shared/testing/contract-client'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RawClient, token } from './start-border.js'
import { fakeModel, TestService } from './start-service.js'

const next = 'the-next-service-token-9876543210abcdef'
const rpcs = Object.values(MessagingService.service)
const unaryRpcs = rpcs.filter(({ responseStream }) => !responseStream).map(({ path }) => path)

let service: TestService
let client: RawClient

beforeAll(async () => {
  // In the midst of a change of the token: the service has the next one, its gateway still the one before.
  const environment = { SERVICE_TOKEN: next, SERVICE_TOKEN_PREVIOUS: token }
  service = await TestService.start({ models: [fakeModel().model] }, environment)
  client = new RawClient(service.address.port)
})

afterAll(async () => {
  client.close()
  await service.close()
})

it.each(rpcs.map(({ path }) => path))('%s is for those who have the token', async (path) => {
  for (const authorization of [undefined, `Bearer ${next}x`]) {
    expect(await client.call(path, { authorization })).toMatchObject({
      status: 'UNAUTHENTICATED',
      problem: 'unauthenticated',
    })
  }
})

it.each(unaryRpcs)('%s answers an empty request with a problem, under both tokens', async (path) => {
  for (const authorization of [`Bearer ${next}`, `Bearer ${token}`]) {
    const { status, problem } = await client.call(path, { authorization })
    expect({ path, status, problem }).toMatchObject({ status: 'INVALID_ARGUMENT', problem: expect.any(String) })
  }
})

it('streams events to the gateway of before and of after the change', async () => {
  for (const serviceToken of [token, next]) {
    const gateway = new ContractClient(service.address, serviceToken)
    const stream = gateway.subscribe('')
    await waitFor(() => stream.batches.length > 0, { what: 'the first batch' })
    stream.cancel()
    gateway.close()
  }
})
