import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { writeEnvFile } from '../lib/env-file.js'
import { loadConfigs } from '../lib/services.js'
import { startCommand } from './testing/process.js'
import { temporaryFolder } from './testing/temporary.js'

const secretNames = ['JWT_SECRET', 'PASSWORD_PEPPER', 'SERVICE_TOKEN'] as const

describe('the environment file', () => {
  it('gets fresh secrets that both services accept', () => {
    const folder = temporaryFolder()
    const written = ['first', 'second'].map((name) => {
      const file = join(folder, name)
      expect(writeEnvFile(file)).toBe(true)
      return parseEnv(readFileSync(file, 'utf8'))
    })
    const secrets = written.flatMap((settings) => secretNames.map((name) => settings[name]))
    expect(new Set(secrets).size).toBe(secretNames.length * written.length)
    for (const secret of secrets) expect(Buffer.from(secret ?? '', 'base64url')).toHaveLength(32)
    expect(() => loadConfigs(written[0])).not.toThrow()
  })

  it('is for its owner only', () => {
    const file = join(temporaryFolder(), '.env')
    writeEnvFile(file)
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
  })

  it('is never written again', () => {
    const file = join(temporaryFolder(), '.env')
    writeFileSync(file, 'LOG_LEVEL=debug\n')
    expect(writeEnvFile(file)).toBe(false)
    expect(readFileSync(file, 'utf8')).toBe('LOG_LEVEL=debug\n')
  })

  it('is made by setup, with the database beside it', async () => {
    const folder = temporaryFolder()
    const env = { MEESHY_ENV_FILE: join(folder, '.env') }
    const first = await startCommand('setup', env).ended
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain('fresh secrets')
    expect(existsSync(join(folder, 'dev.db'))).toBe(true)
    const text = readFileSync(env.MEESHY_ENV_FILE, 'utf8')

    const second = await startCommand('setup', env).ended
    expect(second.code).toBe(0)
    expect(second.stdout).toContain('up to date')
    expect(readFileSync(env.MEESHY_ENV_FILE, 'utf8')).toBe(text)
  })
})
