import { v7 } from 'uuid'

/** What an id may look like, as the source of a regular expression: for JSON schemas and for gRPC alike. */
export const idPattern = '^[\\w.:-]{1,64}$'

/** A fresh UUIDv7: ids sort by the time they were made. */
export function newId(): string {
  return v7()
}
