import { expect, it } from 'vitest'
import type { Context } from '../src/context.js'

it('messages cannot be reached through the database', () => {
  const compiles = ({ database }: Context) => [
    // @ts-expect-error messages belong to the translation service
    database.message,
    // @ts-expect-error and so do their translations
    database.messageTranslation,
    // @ts-expect-error there is no raw SQL either
    database.$queryRaw,
    // @ts-expect-error nor is there a relation that leads to them
    database.conversation.findMany({ include: { messages: true } }),
  ]
  expect(compiles).toBeTypeOf('function')
})
