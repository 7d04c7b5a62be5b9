import type { ClientFrame, ClientFrameType } from '@meeshy/shared/frames/client-frames'
import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import { newId } from '@meeshy/shared/ids'
import type { ProblemDetails } from '@meeshy/shared/problems'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { signIn, type TestSocket } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let ana: Person
let ben: Person
let eve: Person
let room: string
/** By ana, in the room. */
let message: ClientMessage

/** Ana writes English, Ben reads French, Eve is not in their room. */
beforeEach(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana', { preferredLanguage: 'en' })
  ben = await gateway.register('ben', { preferredLanguage: 'fr' })
  eve = await gateway.register('eve')
  gateway.people.roleOf = (_, userId) => (userId === eve.user.id ? null : 'member')
  const body = { type: 'group', title: 'Room', memberIds: [ben.user.id] }
  room = (await gateway.call<{ id: string }>('POST', '/api/conversations', { token: ana.accessToken, body })).body.id
  message = await say('Good morning')
})
afterEach(() => gateway.close())

async function say(content: string): Promise<ClientMessage> {
  const { accessToken: token } = ana
  const body = { content, originalLanguage: 'en' }
  return (await gateway.call<ClientMessage>('POST', `/api/conversations/${room}/messages`, { token, body })).body
}

const enter = ({ accessToken }: Person) => signIn(gateway.url, accessToken)

async function read({ accessToken: token }: Person, id: string): Promise<ClientMessage> {
  return (await gateway.call<ClientMessage>('GET', `/api/messages/${id}`, { token })).body
}

type Changing = 'message.edit' | 'message.delete' | 'message.read' | 'message.translate'

interface Refused<Name extends Changing> {
  /** Who tries. */
  as: () => Person
  data: Partial<ClientFrame<Name>['data']>
  code: string
}

/** The same by REST. */
const twins: {
  [Name in Changing]: (data: ClientFrame<Name>['data']) => { method: string; path: string; body?: object }
} = {
  'message.edit': ({ messageId, ...body }) => ({ method: 'PUT', path: `/api/messages/${messageId}`, body }),
  'message.delete': ({ messageId }) => ({ method: 'DELETE', path: `/api/messages/${messageId}` }),
  'message.read': ({ conversationId, seq }) => ({
    ...{ method: 'POST', path: `/api/conversations/${conversationId}/read` },
    body: { seq },
  }),
  'message.translate': ({ messageId, ...body }) => ({
    ...{ method: 'POST', path: `/api/messages/${messageId}/translate` },
    body,
  }),
}

/** Tries it by frame and by REST: the problems have to be the same but for the request's id. */
async function refuse<Name extends Changing>(
  type: Name,
  person: Person,
  data: ClientFrame<Name>['data'],
): Promise<Partial<ProblemDetails>> {
  const socket = await enter(person)
  const byFrame = await socket.fail(type, data)
  const { method, path, body } = twins[type](data)
  const byRest = await gateway.fail(method, path, { token: person.accessToken, ...(body && { body }) })
  expect(comparable(byFrame)).toEqual(comparable(byRest.body))
  expect(await socket.request('ping', {})).toMatchObject({ ok: true })
  socket.close()
  return comparable(byFrame)
}

/** A frame's fields are in its `data`. */
function comparable({ requestId, errors, ...problem }: ProblemDetails) {
  expect(requestId).toEqual(expect.any(String))
  const pointers = errors?.map(({ pointer }) => pointer.replace(/^\/data/, ''))
  return { ...problem, ...(pointers && { pointers }) }
}

async function refuseAll<Name extends Changing>(
  type: Name,
  sound: ClientFrame<Name>['data'],
  cases: Record<string, Refused<Name>>,
): Promise<void> {
  for (const [name, { as, data, code }] of Object.entries(cases)) {
    expect(await refuse(type, as(), { ...sound, ...data }), name).toMatchObject({ code })
  }
}

async function deletedMessage(): Promise<string> {
  const { id } = await say('Regrettable')
  await gateway.call('DELETE', `/api/messages/${id}`, { token: ana.accessToken })
  return id
}

describe('message.edit', () => {
  it('answers with the new revision, which every device gets', async () => {
    const sockets = [await enter(ana), await enter(ana), await enter(ben)] as const
    const edit = { messageId: message.id, content: 'Good evening', originalLanguage: 'en', expectedRevision: 1 }
    const ack = await sockets[0].request('message.edit', edit)
    expect(ack).toMatchObject({ ok: true, data: { id: message.id, revision: 2, content: 'Good evening' } })
    expect(ack).toMatchObject({ data: await read(ana, message.id) })
    for (const socket of sockets) {
      const { conversationId, data } = await socket.next('message.edited')
      expect({ conversationId, data }).toMatchObject({ conversationId: room, data: { id: message.id, revision: 2 } })
    }
  })

  it('is refused as by REST', async () => {
    const sound = { messageId: message.id, content: 'Good evening' }
    await refuseAll('message.edit', sound, {
      "somebody else's": { as: () => ben, data: {}, code: 'forbidden' },
      "a stranger's": { as: () => eve, data: {}, code: 'not_found' },
      missing: { as: () => ana, data: { messageId: newId() }, code: 'not_found' },
      deleted: { as: () => ana, data: { messageId: await deletedMessage() }, code: 'not_found' },
      empty: { as: () => ana, data: { content: '' }, code: 'content_invalid' },
      'too long': { as: () => ana, data: { content: 'a'.repeat(4001) }, code: 'content_invalid' },
      'a lone surrogate': { as: () => ana, data: { content: 'a\ud800' }, code: 'content_invalid' },
      'no language of ours': { as: () => ana, data: { originalLanguage: 'tlh' }, code: 'validation_failed' },
      'another revision': { as: () => ana, data: { expectedRevision: 7 }, code: 'edit_conflict' },
    })
    expect(await read(ana, message.id)).toMatchObject({ content: 'Good morning', revision: 1 })
  })
})

describe('message.delete', () => {
  it('leaves a tombstone, of which every device is told; again it changes nothing', async () => {
    const sockets = [await enter(ana), await enter(ana), await enter(ben)] as const
    const { id: messageId, seq } = message
    expect(await sockets[0].request('message.delete', { messageId })).toMatchObject({ ok: true, data: {} })
    for (const socket of sockets) expect((await socket.next('message.deleted')).data).toEqual({ messageId, seq })
    expect(await read(ben, messageId)).toMatchObject({ content: null, deletedAt: expect.stringMatching(/Z$/) })
    expect(await sockets[1].request('message.delete', { messageId })).toMatchObject({ ok: true, data: {} })
  })

  it('is refused as by REST', async () => {
    await refuseAll(
      'message.delete',
      { messageId: message.id },
      {
        "somebody else's": { as: () => ben, data: {}, code: 'forbidden' },
        "a stranger's": { as: () => eve, data: {}, code: 'not_found' },
        missing: { as: () => ana, data: { messageId: newId() }, code: 'not_found' },
      },
    )
    expect(await read(ana, message.id)).toMatchObject({ content: 'Good morning', deletedAt: null })
  })

  it('is for moderators too', async () => {
    gateway.people.roleOf = (_, userId) => (userId === ben.user.id ? 'moderator' : 'member')
    const socket = await enter(ben)
    expect(await socket.request('message.delete', { messageId: message.id })).toMatchObject({ ok: true })
  })
})

describe('message.read', () => {
  it('answers with the mark and what is left, which never moves back', async () => {
    await say('Are you there?')
    const socket = await enter(ben)
    const mark = (seq: number) => socket.request('message.read', { conversationId: room, seq })
    expect(await mark(1)).toMatchObject({ ok: true, data: { conversationId: room, seq: 1, unreadCount: 1 } })
    expect(await mark(99)).toMatchObject({ ok: true, data: { seq: 2, unreadCount: 0 } })
    expect(await mark(1)).toMatchObject({ ok: true, data: { seq: 2, unreadCount: 0 } })
  })

  it('is refused as by REST', async () => {
    await refuseAll(
      'message.read',
      { conversationId: room, seq: 1 },
      {
        "a stranger's": { as: () => eve, data: {}, code: 'not_found' },
        missing: { as: () => eve, data: { conversationId: newId() }, code: 'not_found' },
        'a negative number': { as: () => ben, data: { seq: -1 }, code: 'validation_failed' },
      },
    )
  })
})

describe('message.translate', () => {
  const languages = (socket: TestSocket) => socket.framesOf('message.translated').map(({ data }) => data.language)

  it('answers with the translation, and those who read that language get it', async () => {
    const [anas, bens] = [await enter(ana), await enter(ben)]
    const { id: messageId } = message
    const ack = await anas.request('message.translate', { messageId, targetLanguage: 'fr-CA' })
    expect(ack).toMatchObject({
      ok: true,
      data: { language: 'fr', status: 'ready', text: '[fr] Good morning', revision: 1 },
    })
    expect((await bens.next('message.translated')).data).toMatchObject({ messageId, language: 'fr', revision: 1 })
    expect(languages(anas)).toEqual([])
    const { accessToken: token } = ana
    const body = { targetLanguage: 'fr' }
    const byRest = await gateway.call('POST', `/api/messages/${messageId}/translate`, { token, body })
    expect(ack).toMatchObject({ data: byRest.body })
  })

  it('is refused as by REST', async () => {
    await refuseAll(
      'message.translate',
      { messageId: message.id, targetLanguage: 'de' },
      {
        "a stranger's": { as: () => eve, data: {}, code: 'not_found' },
        missing: { as: () => ana, data: { messageId: newId() }, code: 'not_found' },
        deleted: { as: () => ana, data: { messageId: await deletedMessage() }, code: 'not_found' },
        'no language of ours': { as: () => ana, data: { targetLanguage: 'tlh' }, code: 'validation_failed' },
        'no language at all': { as: () => ana, data: { targetLanguage: '' }, code: 'validation_failed' },
      },
    )
  })

  it('can wait as often as frames may be under way, without a warning', async () => {
    const warnings: string[] = []
    const note = ({ name }: Error) => warnings.push(name)
    process.on('warning', note)
    const socket = await enter(ana)
    gateway.messaging.hang('TranslateMessage')
    const data = { messageId: message.id, targetLanguage: 'fr' }
    for (let ref = 0; ref < 30; ref += 1) socket.sendRaw(JSON.stringify({ type: 'message.translate', ref, data }))
    const asked = () => gateway.messaging.calls.filter(({ method }) => method === 'TranslateMessage').length
    await waitFor(() => asked() === 30, { what: 'the translations to be asked for' })
    socket.close()
    await waitFor(() => gateway.messaging.cancelled.length === 30, { what: 'all of them to be given up' })
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  it('holds nothing up while it waits, and is given up when the socket closes', async () => {
    const socket = await enter(ana)
    gateway.messaging.hang('TranslateMessage')
    const data = { messageId: message.id, targetLanguage: 'fr' }
    socket.sendRaw(JSON.stringify({ type: 'message.translate', ref: 'waits', data }))
    const isWaiting = () => gateway.messaging.calls.some(({ method }) => method === 'TranslateMessage')
    await waitFor(isWaiting, { what: 'the translation to be asked for' })
    const edit = { messageId: message.id, content: 'Good evening' }
    expect(await socket.request('message.edit', edit)).toMatchObject({ ok: true, data: { revision: 2 } })
    expect(socket.framesOf('ack').map(({ ref }) => ref)).not.toContain('waits')
    expect(gateway.messaging.cancelled).toEqual([])
    socket.close()
    const isGivenUp = () => gateway.messaging.cancelled.includes('TranslateMessage')
    await waitFor(isGivenUp, { what: 'the translation to be given up' })
  })
})

it('edits count as sends, what is not written does not', async () => {
  const few = await startTestGateway({ SOCKET_SENDS_PER_10S: '3' })
  const { accessToken: token } = await few.register('ana')
  const body = { type: 'group', title: 'Alone', memberIds: [] }
  const { id: conversationId } = (await few.call<{ id: string }>('POST', '/api/conversations', { token, body })).body
  const socket = await signIn(few.url, token)
  const draft = { conversationId, content: 'one', clientMessageId: newId() }
  const sent = await socket.request('message.send', draft)
  const messageId = sent.ok ? (sent.data as ClientMessage).id : ''
  const request = async (type: ClientFrameType, data: object) => {
    const ack = await socket.request(type, data)
    return ack.ok ? 'ok' : ack.error.code
  }
  expect(await request('message.edit', { messageId, content: 'two' })).toBe('ok')
  expect(await request('message.edit', { messageId: newId(), content: 'nobody has this' })).toBe('not_found')
  expect(await request('message.edit', { messageId, content: 'three' })).toBe('rate_limited')
  expect(await request('message.send', { ...draft, clientMessageId: newId() })).toBe('rate_limited')
  expect(await request('message.read', { conversationId, seq: 1 })).toBe('ok')
  expect(await request('message.translate', { messageId, targetLanguage: 'fr' })).toBe('ok')
  expect(await request('message.delete', { messageId })).toBe('ok')
  await few.close()
})
