import { expect, it } from 'vitest'
import type { Context } from '../src/context.js'
import { gatewayDatabase } from '../src/store/database.js'
import { preparedReads } from '../src/store/reads.js'

it('messages cannot be reached through the database', () => {
  const compiles = ({ database, reads }: Context) => [
    // @ts-expect-error messages belong to the translation service
    database.message,
    // @ts-expect-error and so do their translations
    database.messageTranslation,
    // @ts-expect-error people's words
    database.text,
    // @ts-expect-error the memory of translations
    database.translationMemory,
    // @ts-expect-error the log of what happened
    database.messageEvent,
    // @ts-expect-error the counters
    database.conversationState,
    // @ts-expect-error the read marks
    database.messageReadStatus,
    // @ts-expect-error the promises to erase
    database.erasure,
    // @ts-expect-error and what names the database
    database.databaseInfo,
    // @ts-expect-error there is no raw SQL either
    database.$queryRaw,
    // @ts-expect-error not to write with, either
    database.$executeRaw,
    // @ts-expect-error nor is there a relation that leads to them
    database.conversation.findMany({ include: { messages: true } }),
    // @ts-expect-error from a person, either
    database.user.findMany({ select: { messages: true } }),
    // @ts-expect-error the prepared reads read what they are for
    reads.all('SELECT 1'),
    // @ts-expect-error and take no SQL
    reads.get('SELECT 1'),
    database.transaction(async (tables) => [
      // @ts-expect-error a transaction has the same tables
      tables.message,
      // @ts-expect-error and no others
      tables.text,
      // @ts-expect-error no raw SQL
      tables.$queryRaw,
      // @ts-expect-error and no way out of it
      tables.transaction,
    ]),
  ]
  expect(compiles).toBeTypeOf('function')
})

it('not even by somebody who does not look at types', async () => {
  const reachable = Object.keys(gatewayDatabase({} as never))
  expect(reachable).toContain('conversation')
  expect(reachable.filter((name) => /message|text|translation|erasure|state|raw/i.test(name))).toEqual([])
  const ofPeople = ['session', 'liveSessions', 'ownUser', 'blocksOf']
  const ofRooms = ['conversations', 'conversation', 'recentConversations', 'smallRooms']
  expect(Object.keys(preparedReads({} as never)).sort()).toEqual([...ofPeople, ...ofRooms].sort())
})
