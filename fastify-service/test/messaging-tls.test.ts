import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js'
import { newId } from '@meeshy/shared/ids'
import { createLogger } from '@meeshy/shared/logging'
import { MessagingService } from '@meeshy/shared/messaging/contract'
import { createAuthority, createServerCertificate, type TestCertificate } from '@meeshy/shared/testing/certificate'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, expect, it } from 'vitest'
import { loadConfig } from '../src/config.js'
import { connectMessaging } from '../src/grpc/client.js'

const serviceToken = 'a-service-token-of-the-tests-0123456789'
const log = createLogger({ service: 'gateway', level: 'fatal', directory: '' })
const opened: Array<() => unknown> = []

afterEach(async () => {
  for (let close = opened.pop(); close; close = opened.pop()) await close()
})

/** A service behind a certificate of this authority, and what the calls that reach it carry. */
async function startService(authority: TestCertificate): Promise<{ port: number; received: Metadata[] }> {
  const received: Metadata[] = []
  const server = new Server()
  server.addService(MessagingService.service, {
    GetMessage: ({ metadata }: ServerUnaryCall<object, object>, callback: sendUnaryData<object>) => {
      received.push(metadata)
      callback(null, {})
    },
  })
  opened.push(() => server.forceShutdown())
  const { certificate, key } = createServerCertificate(authority)
  const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) }
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, to: number) => (error ? reject(error) : resolve(to))
    server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), bound)
  })
  return { port, received }
}

/** The link as the gateway's settings say it. */
function connect(port: number, authority: TestCertificate | null) {
  const folder = mkdtempSync(join(tmpdir(), 'meeshy-tls-'))
  opened.push(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'authority.pem')
  if (authority) writeFileSync(file, authority.certificate)
  const { GRPC_HOST, SERVICE_TOKEN, grpcAuthority } = loadConfig({
    SERVICE_TOKEN: serviceToken,
    JWT_SECRET: serviceToken,
    PASSWORD_PEPPER: serviceToken,
    GRPC_HOST: 'localhost',
    GRPC_TLS_CA: authority ? file : '',
  })
  const link = connectMessaging({ host: GRPC_HOST, port, serviceToken: SERVICE_TOKEN, authority: grpcAuthority, log })
  opened.push(() => link.close())
  return link
}

it('speaks TLS with a service whose certificate its authority has signed', async () => {
  const authority = createAuthority()
  const service = await startService(authority)
  const { client } = connect(service.port, authority)
  await client.getMessage({ messageId: newId(), userId: newId() })
  expect(service.received.map((metadata) => metadata.get('authorization'))).toEqual([[`Bearer ${serviceToken}`]])
})

it.each([
  ['under another authority', createAuthority()],
  ['without TLS', null],
])('sends nothing to it %s', async (_, authority) => {
  const service = await startService(createAuthority())
  const { client, state } = connect(service.port, authority)
  await waitFor(() => state() === 'down', { what: 'the link to be down' })
  const call = client.getMessage({ messageId: newId(), userId: newId() })
  await expect(call).rejects.toMatchObject({ code: 'messages_unavailable' })
  expect(service.received).toEqual([])
})
