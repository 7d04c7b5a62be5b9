/** Below what SQLite takes as parameters of one query. */
const idsPerQuery = 500

/** Many ids, or other things, in pieces that one query can take each. */
export function* chunksOf<Item = string>(items: readonly Item[], size = idsPerQuery): Generator<Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
