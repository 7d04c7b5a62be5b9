import { type Static, type TSchema, Type } from 'typebox'

/** A text that may be absent. JSON Schema's short form: the serializer is much faster at it than at a union. */
export const NullableString = Type.Unsafe<string | null>({ type: ['string', 'null'] })
export const NullableInteger = Type.Unsafe<number | null>({ type: ['integer', 'null'] })
export const NullableNumber = Type.Unsafe<number | null>({ type: ['number', 'null'] })

/** Bodies, queries and frames refuse what they do not know. */
export const closed = { additionalProperties: false } as const

/** Refers to a schema with an `$id`, which the documents list under that name. */
export function ref<Schema extends TSchema>(schema: Schema) {
  return Type.Unsafe<Static<Schema>>({ $ref: `${(schema as { $id?: string }).$id}#` })
}

export const PublicUserSchema = Type.Object(
  {
    id: Type.String(),
    username: Type.String(),
    displayName: Type.String(),
    avatarUrl: NullableString,
    preferredLanguage: Type.String(),
  },
  { $id: 'PublicUser', description: 'What everybody may know of a person' },
)
