import { closed, NullableString } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import { pageQuery } from './paging.js'
import { Id, ImageUrl, Line } from './schemas.js'

export const defaultMaxMembers = 200
const longestName = 100

export const GroupSchema = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    description: NullableString,
    imageUrl: NullableString,
    isPublic: Type.Boolean({ description: 'anybody may find it and join it' }),
    maxMembers: Type.Integer(),
    memberCount: Type.Integer(),
    role: Type.Unsafe<string | null>({ type: ['string', 'null'], description: "the caller's; null when not a member" }),
    createdById: Type.String(),
    createdAt: Type.String(),
    updatedAt: Type.String({ description: 'of the group or its members' }),
  },
  { $id: 'Group' },
)

const Name = Line({ maxLength: longestName, description: 'of the group' })

const Description = Type.String({
  minLength: 1,
  maxLength: 1000,
  pattern: '^([^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$',
  description: 'what it is about, in lines',
})

const optionalFields = {
  imageUrl: Type.Optional(ImageUrl),
  isPublic: Type.Optional(Type.Boolean({ description: 'anybody may find it and join it; at first nobody may' })),
  maxMembers: Type.Optional(
    Type.Integer({
      minimum: 2,
      maximum: 1000,
      description: `at first ${defaultMaxMembers}; when they become fewer, nobody has to leave`,
    }),
  ),
}

export const NewGroup = Type.Object(
  {
    name: Name,
    description: Type.Optional(Description),
    ...optionalFields,
  },
  closed,
)

export const GroupChanges = Type.Object(
  {
    name: Type.Optional(Name),
    description: Type.Optional(Type.Union([Description, Type.Null()])),
    ...optionalFields,
  },
  closed,
)

export const GroupQuery = Type.Object(
  {
    ...pageQuery,
    search: Type.Optional(
      Line({ maxLength: longestName, description: 'the beginning of a name; finds public groups, mine or not' }),
    ),
    // Holds a whole name.
    cursor: Type.Optional(Type.String({ maxLength: 2048, description: '`nextCursor` of the page before' })),
  },
  closed,
)

/** Where a page of groups ended. */
export const GroupPosition = Type.Object({ name: Type.String({ pattern: '^[^\\p{Cc}\\p{Cs}]*$' }), id: Id })
