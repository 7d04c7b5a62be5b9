import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { ConfigError } from '@meeshy/shared/config'
import { describe, expect, it } from 'vitest'
import { settings as gatewaySettings, loadConfig as loadGatewayConfig } from '../../fastify-service/src/config.js'
import {
  loadConfig as loadTranslationConfig,
  settings as translationSettings,
} from '../../translation-service/src/config.js'
import { exampleFile } from '../lib/env-file.js'

interface Rule {
  description?: string
  default?: unknown
}

const text = readFileSync(exampleFile, 'utf8')
const example = parseEnv(text)
const rules = { ...gatewaySettings.properties, ...translationSettings.properties } as Record<string, Rule>
const secrets = Object.keys(example).filter((name) => example[name]?.startsWith('change-me'))

describe('.env.example', () => {
  it('names exactly the settings of both services', () => {
    expect(Object.keys(example).sort()).toEqual(Object.keys(rules).sort())
  })

  it('says what each of them is, in the words of its schema', () => {
    const undocumented = Object.entries(rules).filter(([name, { description }]) => {
      const comment = text.match(new RegExp(`^# (.*)\\n${name}=`, 'm'))?.[1] ?? ''
      return !description || !comment.toLowerCase().includes(description.toLowerCase())
    })
    expect(undocumented).toEqual([])
  })

  it('shows the default of each that is no secret', () => {
    const others = Object.entries(rules).filter(([name]) => !secrets.includes(name))
    const defaults = others.map(([name, rule]) => [name, String(rule.default)])
    expect(others.map(([name]) => [name, example[name]])).toEqual(defaults)
  })

  it('has no secret that is accepted', () => {
    expect(secrets.sort()).toEqual(['JWT_SECRET', 'PASSWORD_PEPPER', 'SERVICE_TOKEN'])
    expect(refusal(() => loadGatewayConfig(example)).sort()).toEqual(secrets.map(oneLineAbout))
    expect(refusal(() => loadTranslationConfig(example))).toEqual([oneLineAbout('SERVICE_TOKEN')])
  })
})

function refusal(load: () => unknown): string[] {
  try {
    load()
  } catch (error) {
    if (error instanceof ConfigError) return error.lines
    throw error
  }
  throw new Error('the sample secrets were accepted')
}

function oneLineAbout(name: string) {
  return expect.stringMatching(new RegExp(`^${name} .*not the sample.*$`))
}
