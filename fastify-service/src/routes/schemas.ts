import { idPattern } from '@meeshy/shared/ids'
import { NullableString, PublicUserSchema, ref } from '@meeshy/shared/schemas'
import { Type } from 'typebox'
import { imageUrlLimit } from '../inputs.js'

/** Letters, digits, signs or punctuation, but for the few of them that show nothing. */
const visible = '(?![\\p{DI}\\u2800])[\\p{L}\\p{N}\\p{S}\\p{P}]'

/** A line of text for people: at least one visible character, no control characters, no halves of characters. */
export function Line({ maxLength, description }: { maxLength: number; description: string }) {
  return Type.String({ minLength: 1, maxLength, pattern: `^(?=.*${visible})[^\\p{Cc}\\p{Cs}]*$`, description })
}

/** The address of an image, read by `readImageUrl`; null for none. */
export const ImageUrl = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  maxLength: imageUrlLimit,
  description: 'an https URL without credentials; null for none',
})

/** One of the ten languages or a locale of one ("pt-BR"). */
export const Locale = Type.String({ minLength: 2, maxLength: 35, description: 'one of the ten languages, or a locale' })

/** A password that somebody chooses. */
export const Password = Type.String({ minLength: 8, maxLength: 256, pattern: '^\\P{Cs}*$' })

export const Id = Type.String({ pattern: idPattern })

/** Milliseconds since 1970, up to the year 9999, so that every one of them is a date. */
export const Time = Type.Integer({ minimum: 0, maximum: 253_402_300_799_999 })

/** An id in a path. What cannot be one is answered like one that is nobody's. */
export const IdParams = Type.Object({ id: Id })

export const UserSchema = Type.Object(
  {
    ...PublicUserSchema.properties,
    email: NullableString,
    role: Type.String(),
    understoodLanguages: Type.Array(Type.String()),
    createdAt: Type.String(),
  },
  { $id: 'User', description: 'What a person knows of themselves' },
)

export const SignedInSchema = Type.Object(
  {
    user: ref(UserSchema),
    accessToken: Type.String(),
    refreshToken: Type.String({ description: 'for POST /api/auth/refresh; keep it as secret as a password' }),
    expiresAt: Type.String({ description: 'the end of the access token' }),
  },
  { $id: 'SignedIn', description: 'Somebody who has just come in, and their tokens' },
)
