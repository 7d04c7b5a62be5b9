import { invalid } from '../inputs.js'

interface Names {
  username: string
  email: string | null
}

let common: Promise<ReadonlySet<string>> | undefined

/**
 * Refuses a password that everybody tries first. What it is made of is nobody's business, only its length is.
 *
 * @param pointer where the password stands in the body
 * @throws Problem validation_failed
 */
export async function requireGoodPassword(password: string, pointer: string, names?: Names): Promise<void> {
  const key = keyOf(password)
  common ??= loadCommon()
  if ((await common).has(key)) throw invalid(pointer, 'is one that many people have')
  if (names && namesOf(names).includes(key)) throw invalid(pointer, 'must not be your name')
}

function namesOf({ username, email }: Names): string[] {
  const address = email === null ? [] : [email, email.slice(0, email.lastIndexOf('@'))]
  return [username, ...address].map(keyOf)
}

/** 49,233 passwords; read when the first one is chosen. */
async function loadCommon(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'].map(keyOf))
}

function keyOf(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
