import { Type } from 'typebox'

/** What a message may say. */
export const Content = Type.String({ description: '1 to 4,000 code points, at most 16 KiB, kept byte for byte' })

export const OriginalLanguage = Type.String({ maxLength: 35, description: 'detected when absent' })

/** Which translations to answer with. */
export const translationsQuery = {
  translations: Type.Optional(Type.Literal('all', { description: "every one, in place of the caller's" })),
}
