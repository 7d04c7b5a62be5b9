import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { GatewayTables } from '../database.js'
import { Rooms } from './rooms.js'

/** A table whose answers are given by hand. */
function fakeTable() {
  const pending: Array<(languages: string[]) => void> = []
  const asked: object[] = []
  const findMany = (query: object) =>
    new Promise((resolve) => {
      asked.push(query)
      pending.push((languages) => resolve(languages.map(member)))
    })
  return { pending, asked, tables: { conversationMember: { findMany } } as unknown as GatewayTables }
}

function member(preferredLanguage: string, index: number) {
  const user = { preferredLanguage, understoodLanguages: '' }
  return { userId: `user-${index}`, languageOverride: null, autoTranslate: true, user }
}

it('reads a room once for everybody who asks', async () => {
  const { pending, tables } = fakeTable()
  const rooms = new Rooms(tables)
  const both = Promise.all([rooms.read('room'), rooms.read('room')])
  pending[0]?.(['fr'])
  const [first, second] = await both
  expect(first).toBe(second)
  expect(pending).toHaveLength(1)
})

it('reads again what was forgotten while it was being read', async () => {
  const { pending, tables } = fakeTable()
  const rooms = new Rooms(tables)
  const reading = rooms.reader('room', 'user-0')
  await nextTurn()
  rooms.forget('room')
  pending[0]?.(['fr'])
  await nextTurn()
  pending[1]?.(['de'])
  expect((await reading)?.language).toBe('de')
  expect((await rooms.reader('room', 'user-0'))?.language).toBe('de')
  expect(pending).toHaveLength(2)
})

it('knows no room that does not exist', async () => {
  const { pending, tables } = fakeTable()
  const reading = new Rooms(tables).reader('nothing', 'user-0')
  pending[0]?.([])
  expect(await reading).toBeUndefined()
})

it('keeps no room that is empty: it may be made in a moment', async () => {
  const { pending, tables } = fakeTable()
  const rooms = new Rooms(tables)
  const reading = rooms.read('later')
  pending[0]?.([])
  expect((await reading).size).toBe(0)
  const again = rooms.read('later')
  pending[1]?.(['fr'])
  expect((await again).size).toBe(1)
})

it('keeps no failure', async () => {
  const { tables, pending } = fakeTable()
  let failing = true
  const { findMany } = tables.conversationMember as unknown as { findMany(query: object): Promise<unknown> }
  const failingOnce = (query: object) => (failing ? Promise.reject(new Error('busy')) : findMany(query))
  const rooms = new Rooms({ conversationMember: { findMany: failingOnce } } as unknown as GatewayTables)
  await expect(rooms.read('room')).rejects.toThrow('busy')
  failing = false
  const again = rooms.read('room')
  pending[0]?.(['fr'])
  expect((await again).size).toBe(1)
})

it('forgets the rooms of one person and keeps the others', async () => {
  const { pending, tables } = fakeTable()
  const rooms = new Rooms(tables)
  const reading = [rooms.read('of two'), rooms.read('of one')]
  pending[0]?.(['fr', 'de'])
  pending[1]?.(['fr'])
  await Promise.all(reading)
  rooms.forgetUser('user-1')
  await rooms.read('of one')
  expect(pending).toHaveLength(2)
  const again = rooms.reader('of two', 'user-1')
  pending[2]?.(['fr', 'en'])
  expect((await again)?.language).toBe('en')
})

it('reads again for somebody who changed while the room was being read', async () => {
  const { pending, tables } = fakeTable()
  const rooms = new Rooms(tables)
  const reading = rooms.reader('room', 'user-0')
  rooms.forgetUser('user-0')
  pending[0]?.(['fr'])
  await nextTurn()
  pending[1]?.(['de'])
  expect((await reading)?.language).toBe('de')
})

it('asks for languages and nothing else of people', async () => {
  const { pending, asked, tables } = fakeTable()
  const reading = new Rooms(tables).read('room')
  pending[0]?.(['fr'])
  await reading
  const user = { select: { preferredLanguage: true, understoodLanguages: true } }
  expect(asked[0]).toMatchObject({ select: { userId: true, languageOverride: true, autoTranslate: true, user } })
})
