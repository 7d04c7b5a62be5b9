import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Conversation } from '../src/store/conversations/conversations.js'
import { signIn } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let ana: Person
let ben: Person
beforeAll(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana', { preferredLanguage: 'en' })
  ben = await gateway.register('ben', { preferredLanguage: 'fr' })
})
afterAll(() => gateway.close())

let room: string
beforeEach(async () => {
  room = await create({ type: 'group', title: 'Room', memberIds: [ben.user.id] })
})

async function create(body: object): Promise<string> {
  return (await gateway.call<Conversation>('POST', '/api/conversations', { token: ana.accessToken, body })).body.id
}

const call = (person: Person, method: string, path: string, body?: object) =>
  gateway.call(method, `/api/conversations/${path}`, { token: person.accessToken, ...(body && { body }) })

describe('a title', () => {
  it('is changed by moderators, and grows the version', async () => {
    expect(await call(ben, 'PUT', room, { title: 'Mine' })).toMatchObject({ status: 403 })
    expect(await call(ana, 'PUT', room, { title: 'Ours' })).toMatchObject({
      status: 200,
      body: { title: 'Ours', version: 2 },
    })
    expect(await call(ben, 'GET', room)).toMatchObject({ body: { title: 'Ours', version: 2 } })
    expect(await call(ana, 'PUT', room, {})).toMatchObject({ status: 200, body: { title: 'Ours', version: 2 } })
    expect(await call(ben, 'PUT', room, {})).toMatchObject({ status: 403 })
  })
})

describe('deleting', () => {
  it('is for the owner, and has the messages erased', async () => {
    expect(await call(ben, 'DELETE', room)).toMatchObject({ status: 403 })
    expect(await call(ana, 'DELETE', room)).toMatchObject({ status: 204 })
    for (const person of [ana, ben]) expect(await call(person, 'GET', room)).toMatchObject({ status: 404 })
    expect(gateway.messaging.calls.at(-1)).toMatchObject({
      method: 'EraseConversation',
      request: { conversationId: room },
    })
  })

  it('works while messages are not available', async () => {
    await gateway.messaging.stop()
    expect(await call(ana, 'DELETE', room)).toMatchObject({ status: 204 })
    await gateway.messaging.start()
  })

  it('is not for direct conversations, which nobody can leave or rename either', async () => {
    const direct = await create({ type: 'direct', memberIds: [ben.user.id] })
    const whyNot = async (method: string, path: string, body?: object) => {
      const answer = await call(ana, method, `${direct}${path}`, body)
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
      return (answer.body as { detail: string }).detail
    }
    const { id: othersId } = (await gateway.register('cleo')).user
    const [mine, bens] = [`/members/${ana.user.id}`, `/members/${ben.user.id}`]
    expect(await whyNot('DELETE', '')).toBe('A direct conversation cannot be deleted. You can archive it.')
    expect(await whyNot('PUT', '', { title: 'x' })).toBe('A direct conversation has no title.')
    expect(await whyNot('DELETE', mine)).toBe('A direct conversation cannot be left. You can archive it.')
    expect(await whyNot('DELETE', bens)).toBe('A direct conversation is for two, and stays so.')
    expect(await whyNot('POST', '/members', { userId: othersId })).toContain('is for two')
    expect(await whyNot('PUT', bens, { role: 'admin' })).toBe('A direct conversation has no roles.')
    expect(await call(ana, 'PUT', `${direct}/settings`, { archived: true })).toMatchObject({ status: 200 })
    expect(await call(ana, 'GET', direct)).toMatchObject({ body: { memberCount: 2, settings: { archived: true } } })
  })
})

const unset = { languageOverride: null, autoTranslate: true, muted: false, archived: false, pinned: false }

describe('settings', () => {
  it('keep what is not changed, and are shown with the conversation and in the list', async () => {
    const shown = async (person: Person) => {
      const { body: one } = await call(person, 'GET', room)
      const { body: list } = await call(person, 'GET', '?limit=200')
      const listed = (list as { data: Conversation[] }).data.find(({ id }) => id === room)
      expect(listed?.settings).toEqual((one as Conversation).settings)
      return listed?.settings
    }
    expect(await shown(ben)).toEqual(unset)
    const put = (body: object) => call(ben, 'PUT', `${room}/settings`, body)
    expect((await put({ muted: true, pinned: true })).body).toEqual({ ...unset, muted: true, pinned: true })
    expect((await put({})).body).toEqual({ ...unset, muted: true, pinned: true })
    expect((await put({ archived: true, pinned: false })).body).toEqual({ ...unset, muted: true, archived: true })
    expect(await shown(ben)).toEqual({ ...unset, muted: true, archived: true })
    expect(await shown(ana)).toEqual(unset)
  })

  it('divide the list into what is archived and what is not, which a new message does not change', async () => {
    const other = await create({ type: 'group', title: 'Other', memberIds: [ben.user.id] })
    await call(ben, 'PUT', `${room}/settings`, { archived: true })
    const body = { content: 'hello' }
    await gateway.call('POST', `/api/conversations/${room}/messages`, { token: ana.accessToken, body })
    const among = async (person: Person, query: string) => {
      const { data } = (await call(person, 'GET', `?limit=200${query}`)).body as { data: Conversation[] }
      return [room, other].map((wanted) => data.some(({ id }) => id === wanted))
    }
    expect(await among(ben, '&archived=true')).toEqual([true, false])
    expect(await among(ben, '&archived=false')).toEqual([false, true])
    expect(await among(ben, '')).toEqual([true, true])
    expect(await among(ana, '&archived=true')).toEqual([false, false])
    expect(await call(ben, 'GET', '?archived=1')).toMatchObject({ status: 400 })
  })

  it('are mine alone, and decide what I read', async () => {
    const answer = await call(ben, 'PUT', `${room}/settings`, { languageOverride: 'de-AT' })
    expect(answer).toMatchObject({ status: 200, body: { ...unset, languageOverride: 'de' } })
    const body = { content: 'hello', originalLanguage: 'en' }
    const sent = await gateway.call<{ id: string }>('POST', `/api/conversations/${room}/messages`, {
      token: ana.accessToken,
      body,
    })
    gateway.messaging.translate(sent.body.id, 'de', 'hallo')
    const read = (person: Person) => gateway.call('GET', `/api/messages/${sent.body.id}`, { token: person.accessToken })
    expect(await read(ben)).toMatchObject({ body: { display: { language: 'de', text: 'hallo' } } })
    expect(await read(ana)).toMatchObject({ body: { display: { language: 'en' } } })
    await call(ben, 'PUT', `${room}/settings`, { autoTranslate: false })
    expect(await read(ben)).toMatchObject({ body: { display: { language: 'en' } } })
    const back = await call(ben, 'PUT', `${room}/settings`, { languageOverride: null, autoTranslate: true })
    expect(back).toMatchObject({ body: { languageOverride: null, autoTranslate: true } })
  })

  it.each([{ languageOverride: 'tlh' }, { autoTranslate: 'no' }, { muted: 1 }, { archived: null }, { role: 'owner' }])(
    'refuse %j',
    async (body) => {
      expect(await call(ben, 'PUT', `${room}/settings`, body)).toMatchObject({ status: 400 })
    },
  )
})

it('every change is told to the members at once, and the last one to who was removed', async () => {
  const socket = await signIn(gateway.url, ben.accessToken)
  const types = () => socket.frames.map(({ type }) => type).filter((type) => /^(conversation|member)\./.test(type))
  await call(ana, 'PUT', room, { title: 'Ours' })
  await call(ana, 'PUT', `${room}/members/${ben.user.id}`, { role: 'moderator' })
  await call(ana, 'DELETE', `${room}/members/${ben.user.id}`)
  await call(ana, 'PUT', room, { title: 'Not his' })
  const other = await create({ type: 'group', title: 'Other', memberIds: [ben.user.id] })
  await call(ana, 'DELETE', other)
  await waitFor(() => types().includes('conversation.deleted'), { what: 'the last frame' })
  expect(types()).toEqual([
    'conversation.updated',
    'member.updated',
    'member.removed',
    'conversation.created',
    'conversation.deleted',
  ])
})
