import { idPattern } from '@meeshy/shared/ids'
import type { Language } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import { requireLanguage } from '../translation/require-language.js'

const id = new RegExp(idPattern)

/** protobuf turns an absent string into "", so every id is checked before it is used. */
export function requireId(value: string, name: string): string {
  if (id.test(value)) return value
  throw new Problem('bad_request', `${name} must be 1 to 64 letters, digits, "_", ".", ":" or "-".`)
}

const maxLimit = 200

/** How many items one answer may hold. */
export function requireLimit(limit: number): number {
  if (limit >= 1 && limit <= maxLimit) return limit
  throw new Problem('bad_request', `limit must be 1 to ${maxLimit}.`)
}

export function optionalLanguage(value: string | undefined, name: string): Language | null {
  return value === undefined ? null : requireLanguage(value, name)
}
