import { Problem } from '@meeshy/shared/problems'
import { type Static, type TSchema, Type } from 'typebox'
import Value from 'typebox/value'

const defaultLimit = 50

/** The part of a list's query that all lists have. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: defaultLimit })),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: '`nextCursor` of the page before' })),
}

export function Page<Item extends TSchema>(item: Item) {
  return Type.Object({
    data: Type.Array(item),
    page: Type.Object({
      nextCursor: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
      hasMore: Type.Boolean(),
    }),
  })
}

/** Reads a list's query. @throws Problem validation_failed for a cursor that is not ours */
export function readPageQuery<Position extends TSchema>(
  position: Position,
  { limit = defaultLimit, cursor }: { limit?: number; cursor?: string },
): { limit: number; after?: Static<Position> } {
  return cursor === undefined ? { limit } : { limit, after: decode(position, cursor) }
}

/** A page out of rows of which one more than `limit` were asked for; the cursor holds the last one's position. */
export function toPage<Row>(rows: Row[], limit: number, positionOf: (row: Row) => unknown) {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  const nextCursor = hasMore ? Buffer.from(JSON.stringify(positionOf(last))).toString('base64url') : null
  return { data, page: { nextCursor, hasMore } }
}

function decode<Position extends TSchema>(position: Position, cursor: string): Static<Position> {
  try {
    return Value.Parse(position, JSON.parse(Buffer.from(cursor, 'base64url').toString())) as Static<Position>
  } catch (error) {
    const errors = [{ pointer: '/cursor', message: 'is not the cursor of a page' }]
    throw new Problem('validation_failed', undefined, { errors, cause: error })
  }
}
