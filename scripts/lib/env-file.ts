import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.js'

export const exampleFile = join(root, 'shared/.env.example')

const sample = /^(\w+)=change-me.*$/gm

/** A random value for each secret of the example, by name. */
export function freshSecrets(): Record<string, string> {
  const names = [...readFileSync(exampleFile, 'utf8').matchAll(sample)].map(([, name]) => name)
  return Object.fromEntries(names.map((name) => [name, randomSecret()]))
}

/**
 * Writes the environment file from the example, with a random value in the place of every sample secret, readable by
 * its owner only. An existing file is left as it is.
 *
 * @returns whether the file was written
 */
export function writeEnvFile(file: string): boolean {
  if (existsSync(file)) return false
  const text = readFileSync(exampleFile, 'utf8').replace(sample, (_, name) => `${name}=${randomSecret()}`)
  // wx: another start at the same moment keeps its file.
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  return true
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}
