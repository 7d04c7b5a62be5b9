import { describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config.js'

const valid = { DATABASE_URL: 'file:./x.db', SERVICE_TOKEN: 'x'.repeat(32) }

describe('the settings', () => {
  it('have defaults, absolute paths, and the old name of the port', () => {
    const config = loadConfig({ ...valid, FASTAPI_PORT: '8123' })
    expect(config).toMatchObject({ GRPC_PORT: 50051, TRANSLATION_PORT: 8123, CACHE_TTL: 2_592_000 })
    expect(config.DATABASE_URL).toMatch(/^file:\/.*\/x\.db$/)
    expect(config.MODELS_PATH).toMatch(/^\/.*\/models$/)
  })

  it('take an empty folder of logs as none, and other empty values as missing', () => {
    expect(loadConfig({ ...valid, LOG_DIR: '', LOG_LEVEL: '' })).toMatchObject({ LOG_DIR: '', LOG_LEVEL: 'info' })
  })

  it('take a token of before for none when it is empty, and as it is otherwise', () => {
    const previous = 'y'.repeat(32)
    expect(loadConfig({ ...valid, SERVICE_TOKEN_PREVIOUS: '' }).SERVICE_TOKEN_PREVIOUS).toBe('')
    expect(loadConfig({ ...valid, SERVICE_TOKEN_PREVIOUS: previous }).SERVICE_TOKEN_PREVIOUS).toBe(previous)
  })

  it.each([
    ['SERVICE_TOKEN', undefined, 'is missing'],
    ['SERVICE_TOKEN', 'short', 'is not allowed'],
    ['SERVICE_TOKEN', `change-me-${'x'.repeat(40)}`, 'is not allowed'],
    ['SERVICE_TOKEN_PREVIOUS', 'short', 'or nothing'],
    ['SERVICE_TOKEN_PREVIOUS', `change-me-${'x'.repeat(40)}`, 'or nothing'],
    ['GRPC_PORT', '70000', 'from 0 to 65535'],
    ['GRPC_PORT', 'abc', 'from 0 to 65535'],
    ['LOG_LEVEL', 'loud', 'one of fatal, error'],
    ['GRPC_HOST', '0.0.0.0', '127.0.0.1, ::1 or localhost, or set GRPC_TLS_CERT and GRPC_TLS_KEY'],
    ['GRPC_HOST', 'translation.example.org', '127.0.0.1'],
    ['TRANSLATION_HOST', '0.0.0.0', '127.0.0.1'],
    ['DATABASE_URL', 'postgresql://x', 'a value like file:'],
  ])('refuse %s=%s in one line that says what is allowed', (name, value, hint) => {
    const error = failure(() => loadConfig({ ...valid, [name]: value }))
    expect(error.message.split('\n')).toHaveLength(1)
    expect(error.message).toContain(name)
    expect(error.message).toContain(hint)
    if (value && name.startsWith('SERVICE_TOKEN')) expect(error.message).not.toContain(value)
  })
})

function failure(action: () => unknown): Error {
  try {
    action()
  } catch (error) {
    return error as Error
  }
  throw new Error('expected a refusal')
}
