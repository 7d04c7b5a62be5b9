import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChannelCredentials, credentials } from '@grpc/grpc-js'
import { createAuthority, createServerCertificate } from '@meeshy/shared/testing/certificate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Handlers } from '../src/grpc/handler.js'
import { type Border, RawClient, startBorder, token } from './start-border.js'

const authority = createAuthority()
const authorization = `Bearer ${token}`
const bothNames = /^GRPC_TLS_CERT and GRPC_TLS_KEY are not allowed: /
let folder: string
let settings: Record<string, string>
let border: Border

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meeshy-tls-'))
  const { certificate, key } = createServerCertificate(authority)
  settings = { GRPC_TLS_CERT: file('cert.pem', certificate), GRPC_TLS_KEY: file('key.pem', key) }
  border = await startBorder(rpcs, { ...settings, GRPC_HOST: '0.0.0.0' })
})

afterAll(async () => {
  await border.close()
  rmSync(folder, { recursive: true })
})

describe('the gRPC port with a certificate', () => {
  it('serves on every address those who know its authority', async () => {
    expect(await callOver(credentials.createSsl(Buffer.from(authority.certificate)))).toMatchObject({ status: 'OK' })
  })

  it('still wants the token', async () => {
    const channel = credentials.createSsl(Buffer.from(authority.certificate))
    expect(await callOver(channel, 'Bearer wrong')).toMatchObject({ status: 'UNAUTHENTICATED' })
  })

  it.each([
    ['another authority of the same name', () => credentials.createSsl(Buffer.from(createAuthority().certificate))],
    ['the authorities of the system', () => credentials.createSsl()],
    ['no TLS', () => credentials.createInsecure()],
  ])('is not used by a client with %s', async (_, channel) => {
    expect(await callOver(channel())).toMatchObject({ status: 'UNAVAILABLE' })
    expect(await callOver(credentials.createSsl(Buffer.from(authority.certificate)))).toMatchObject({ status: 'OK' })
  })
})

describe('a certificate that cannot be used stops the service with one line', () => {
  it.each([
    [
      'a missing file',
      () => ({ GRPC_TLS_CERT: join(folder, 'none.pem') }),
      /^GRPC_TLS_CERT .*none\.pem.* \(ENOENT\): /,
    ],
    ['a folder', () => ({ GRPC_TLS_KEY: folder }), /^GRPC_TLS_KEY .* \(EISDIR\): /],
    ['no key', () => ({ GRPC_TLS_KEY: '' }), /^GRPC_TLS_KEY is missing: /],
    ['no certificate', () => ({ GRPC_TLS_CERT: '' }), /^GRPC_TLS_CERT is missing: /],
    ['the key of another one', () => ({ GRPC_TLS_KEY: file('other.pem', authority.key) }), bothNames],
    ['no PEM', () => ({ GRPC_TLS_CERT: file('text.pem', 'hello') }), bothNames],
  ])('%s', async (_, wrong, line) => {
    const failure = await startBorder(rpcs, { ...settings, ...wrong() }).catch((error: unknown) => error as Error)
    expect(failure).toMatchObject({ name: 'ConfigError', lines: [expect.stringMatching(line)] })
    expect(String(failure)).not.toContain('PRIVATE')
  })
})

function rpcs(handlers: Handlers) {
  return { GetMessage: handlers.unary('GetMessage', async () => ({})) }
}

async function callOver(channel: ChannelCredentials, bearer = authorization) {
  const client = new RawClient(border.port, channel)
  const outcome = await client.call('GetMessage', { authorization: bearer })
  client.close()
  return outcome
}

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}
