import { isAbsolute } from 'node:path'

/**
 * The file that a SQLite URL (`file:/absolute/path.db`) names. The path must be absolute: a relative one means
 * another file in every working folder, so that two services would open two databases.
 */
export function databaseFile(url: string): string {
  if (!url.startsWith('file:')) throw new Error(`DATABASE_URL must start with "file:", got "${schemeOf(url)}"`)
  const file = url.slice('file:'.length).replace(/^\/\/(?=\/)/, '')
  if (!isAbsolute(file)) throw new Error(`DATABASE_URL must hold an absolute path, got "${url}"`)
  if (file.includes('?')) throw new Error(`DATABASE_URL takes no parameters, got "${url}"`)
  return file
}

/** What an error may repeat of a foreign URL, which may hold a password. */
function schemeOf(url: string): string {
  return url.match(/^[\w+.-]+:/)?.[0] ?? 'no scheme'
}
