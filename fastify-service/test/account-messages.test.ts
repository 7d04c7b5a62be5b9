import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let ben: Person
/** Whom the translation service would refuse to erase. */
const active = new Set<string>()
beforeAll(async () => {
  gateway = await startTestGateway()
  gateway.people.isActive = (id) => active.has(id)
  ben = await gateway.register('ben')
})
afterAll(() => gateway.close())

let count = 0
let ana: Person
let room: string
beforeEach(async () => {
  count += 1
  ana = await gateway.register(`ana${count}`)
  const body = { type: 'direct', memberIds: [ben.user.id] }
  const token = ana.accessToken
  room = (await gateway.call<Conversation>('POST', '/api/conversations', { token, body })).body.id
  const message = { content: 'I was here', clientMessageId: newId() }
  await gateway.call('POST', `/api/conversations/${room}/messages`, { token, body: message })
})

const leave = (body?: object) =>
  gateway.call('DELETE', '/api/users/me', { token: ana.accessToken, ...(body && { body }) })
const contents = () =>
  gateway.messaging.messages.filter(({ senderId }) => senderId === ana.user.id).map(({ content }) => content || null)
const erased = () => waitFor(() => contents()[0] === null, { what: 'the end of the message', timeoutMs: 15_000 })
const keyOf = async () =>
  (await gateway.context.database.user.findUniqueOrThrow({ where: { id: ana.user.id } })).usernameKey

it('messages stay when nobody asks for their end', async () => {
  expect((await leave({ eraseMessages: false })).status).toBe(204)
  expect(contents()).toEqual(['I was here'])
  for (const [index, body] of [undefined, {}].entries()) {
    ana = await gateway.register(`other${index}`)
    expect((await leave(body)).status).toBe(204)
  }
  expect(gateway.messaging.calls.filter(({ method }) => method === 'EraseUserMessages')).toEqual([])
})

it('messages become tombstones on demand', async () => {
  expect(contents()).toEqual(['I was here'])
  expect((await leave({ eraseMessages: true })).status).toBe(204)
  expect(contents()).toEqual([null])
  expect(await keyOf()).toBe(`deleted:${ana.user.id}`)
})

it('the promise is kept when the translation service is away', async () => {
  await gateway.messaging.stop()
  await waitFor(() => !gateway.context.messaging.ready(), { what: 'the end of the link' })
  expect((await leave({ eraseMessages: true })).status).toBe(204)
  expect((await gateway.call('GET', '/api/users/me', { token: ana.accessToken })).status).toBe(401)
  expect(await keyOf()).toBe(`deleting:${ana.user.id}`)
  expect(contents()).toEqual(['I was here'])
  await gateway.messaging.start()
  await erased()
  await waitFor(async () => (await keyOf()) === `deleted:${ana.user.id}`, { what: 'the note of it' })
})

it('the promise is kept when the translation service does not answer, or refuses', async () => {
  gateway.messaging.hang()
  active.add(ana.user.id)
  expect((await leave({ eraseMessages: true })).status).toBe(204)
  gateway.messaging.resume()
  const refusals = () => gateway.lines.filter((line) => line.includes(ana.user.id) && line.includes('erased later'))
  await waitFor(() => refusals().length >= 2, { what: 'a round that was refused', timeoutMs: 15_000 })
  expect(contents()).toEqual(['I was here'])
  active.clear()
  await erased()
})
