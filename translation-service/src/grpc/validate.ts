import { idPattern } from '@meeshy/shared/ids'
import { Problem } from '@meeshy/shared/problems'

const id = new RegExp(idPattern)

/** protobuf turns an absent string into "", so every id is checked before it is used. */
export function requireId(value: string, name: string): string {
  if (id.test(value)) return value
  throw new Problem('bad_request', `${name} must be 1 to 64 letters, digits, "_", ".", ":" or "-".`)
}
