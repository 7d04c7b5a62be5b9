import { ConfigError } from '@meeshy/shared/config'
import { expect, it } from 'vitest'
import { loadConfig } from '../src/config.js'

const secret = 'a-secret-of-the-tests-only-0123456789'
const secrets = { SERVICE_TOKEN: secret, JWT_SECRET: secret, PASSWORD_PEPPER: secret }

it('reads lists and durations', () => {
  const config = loadConfig({
    ...secrets,
    CORS_ORIGINS: 'https://chat.example.org, http://localhost:5173',
    TRUST_PROXY: '127.0.0.1, 10.0.0.0/8,::1,fd00::/8',
    JWT_EXPIRES_IN: '365d',
    REFRESH_EXPIRES_IN: '90s',
  })
  expect(config.corsOrigins).toEqual(['https://chat.example.org', 'http://localhost:5173'])
  expect(config.trustedProxies).toEqual(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'])
  expect(config.accessLifetimeMs).toBe(365 * 86_400_000)
  expect(config.sessionLifetimeMs).toBe(90_000)
})

it('trusts no proxy and no web site by itself', () => {
  expect(loadConfig(secrets)).toMatchObject({ corsOrigins: [], trustedProxies: [] })
})

it.each([
  ['JWT_EXPIRES_IN', '366d', '366d'],
  ['REFRESH_EXPIRES_IN', '366d', '366d'],
  ['JWT_EXPIRES_IN', '99999999999h', '99999999999h'],
  ['CORS_ORIGINS', 'https://ok.example, https://chat.example.org/', 'https://chat.example.org/'],
  ['CORS_ORIGINS', 'chat.example.org', 'chat.example.org'],
  ['CORS_ORIGINS', 'https://Chat.example.org', 'https://Chat.example.org'],
  ['CORS_ORIGINS', '*', '*'],
  ['CORS_ORIGINS', 'null', 'null'],
  ['TRUST_PROXY', '1', '1'],
  ['TRUST_PROXY', 'true', 'true'],
  ['TRUST_PROXY', '10.0.0.0/33', '10.0.0.0/33'],
  ['TRUST_PROXY', '127.0.0.1,proxy.example', 'proxy.example'],
  ['TRUST_PROXY', '10.0.0.0/', '10.0.0.0/'],
])('refuses %s=%s with a line that names it', (name, value, part) => {
  expect(linesOf({ ...secrets, [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} `))])
  expect(linesOf({ ...secrets, [name]: value })[0]).toContain(part)
})

it.each([
  ['an address of others without TLS', { GRPC_HOST: '10.0.0.7' }, /^GRPC_HOST \(10\.0\.0\.7\) .*or set GRPC_TLS_CA$/],
  ['a missing authority', { GRPC_TLS_CA: './none.pem' }, /^GRPC_TLS_CA \(\.\/none\.pem\) cannot be read \(ENOENT\): /],
  ['an authority that is no PEM', { GRPC_TLS_CA: import.meta.filename }, /^GRPC_TLS_CA .* is not allowed: /],
])('refuses %s for the link to the translation service', (_, wrong, line) => {
  expect(linesOf({ ...secrets, ...wrong })).toEqual([expect.stringMatching(line)])
})

function linesOf(environment: Record<string, string>): string[] {
  try {
    loadConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.lines
    throw error
  }
  return []
}
