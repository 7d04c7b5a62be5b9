import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSocket, refusedUpgrade, signIn } from './socket.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let count = 0

beforeAll(async () => {
  gateway = await startTestGateway({ CORS_ORIGINS: 'https://chat.example.org' })
})

afterAll(async () => {
  await gateway.close()
})

async function person(language: string): Promise<Person> {
  count += 1
  return gateway.register(`person-${count}`, { preferredLanguage: language })
}

async function room(creator: Person, ...others: Person[]): Promise<string> {
  const body = { type: 'group', title: 'A room', memberIds: others.map(({ user }) => user.id) }
  const answer = await gateway.call<{ id: string }>('POST', '/api/conversations', { token: creator.accessToken, body })
  expect(answer.status).toBe(201)
  return answer.body.id
}

/** Ana writes English, Bruno reads French. */
async function anaAndBruno() {
  const [ana, bruno] = [await person('en'), await person('fr')]
  const conversationId = await room(ana, bruno)
  const [anasSocket, brunosSocket] = [
    await signIn(gateway.url, ana.accessToken),
    await signIn(gateway.url, bruno.accessToken),
  ]
  return { ana, bruno, conversationId, anasSocket, brunosSocket }
}

function draft(conversationId: string, content = 'Good morning') {
  return { conversationId, content, clientMessageId: newId(), originalLanguage: 'en' }
}

describe('a conversation in two languages', () => {
  it('acks with the message, gives the original to everybody at once, and the translation to its reader', async () => {
    const { ana, conversationId, anasSocket, brunosSocket } = await anaAndBruno()
    const sent = draft(conversationId)
    const ack = await anasSocket.request('message.send', sent)
    expect(ack).toMatchObject({ ok: true, data: { ...sent, seq: 1, revision: 1, senderId: ana.user.id } })

    const [toAna, toBruno] = [await anasSocket.next('message.new'), await brunosSocket.next('message.new')]
    const display = { language: 'en', text: 'Good morning', translated: false }
    for (const frame of [toAna, toBruno]) {
      expect(frame).toMatchObject({ conversationId, eventSeq: 1, data: { ...sent, display, translations: {} } })
    }

    gateway.messaging.translate(toAna.data.id, 'fr', 'Bonjour')
    const translated = await brunosSocket.next('message.translated')
    expect(translated).toMatchObject({
      conversationId,
      eventSeq: 2,
      data: { messageId: toAna.data.id, revision: 1, language: 'fr', text: 'Bonjour', model: 'fake', confidence: 0.9 },
    })
    // Ana's next frame is the one after: she was sent none for a language that is not hers.
    await anasSocket.request('message.send', draft(conversationId))
    await anasSocket.next('message.new', 1)
    expect(anasSocket.framesOf('message.translated')).toEqual([])
  })

  it('tells the readers of a language that their translation failed', async () => {
    const { conversationId, anasSocket, brunosSocket } = await anaAndBruno()
    await anasSocket.request('message.send', draft(conversationId))
    const { data } = await brunosSocket.next('message.new')
    gateway.messaging.failTranslation(data.id, 'fr', 'failed', 'no_model')
    const failed = await brunosSocket.next('message.translation_failed')
    expect(failed.data).toEqual({
      messageId: data.id,
      revision: 1,
      language: 'fr',
      status: 'failed',
      reason: 'no_model',
    })
    expect(anasSocket.framesOf('message.translation_failed')).toEqual([])
  })

  it('brings a message sent by REST to every device, the sender’s too', async () => {
    const { ana, conversationId, anasSocket, brunosSocket } = await anaAndBruno()
    const second = await signIn(gateway.url, ana.accessToken)
    const body = { content: 'By REST', originalLanguage: 'en' }
    const answer = await gateway.call<ClientMessage>('POST', `/api/conversations/${conversationId}/messages`, {
      token: ana.accessToken,
      body,
    })
    expect(answer.status).toBe(201)
    for (const socket of [anasSocket, second, brunosSocket]) {
      expect((await socket.next('message.new')).data).toMatchObject({ id: answer.body.id, content: 'By REST' })
    }
  })

  it('keeps the order of what one socket sends', async () => {
    const { conversationId, anasSocket, brunosSocket } = await anaAndBruno()
    const contents = Array.from({ length: 20 }, (_, index) => `Number ${index}`)
    await Promise.all(contents.map((content) => anasSocket.request('message.send', draft(conversationId, content))))
    await brunosSocket.next('message.new', contents.length - 1)
    expect(brunosSocket.framesOf('message.new').map(({ data }) => data.content)).toEqual(contents)
    expect(brunosSocket.framesOf('message.new').map(({ eventSeq }) => eventSeq)).toEqual(contents.map((_, i) => i + 1))
  })

  it('answers a repeat with the same message and sends it to nobody twice', async () => {
    const { conversationId, anasSocket, brunosSocket } = await anaAndBruno()
    const sent = draft(conversationId)
    const [first, repeat] = [
      await anasSocket.request('message.send', sent),
      await anasSocket.request('message.send', sent),
    ]
    expect(repeat).toMatchObject({ ok: true, data: (first as { data: object }).data })
    expect(await anasSocket.fail('message.send', { ...sent, content: 'Other words' })).toMatchObject({
      code: 'idempotency_conflict',
      status: 409,
    })
    await anasSocket.request('message.send', draft(conversationId, 'The end'))
    await brunosSocket.next('message.new', 1)
    expect(brunosSocket.framesOf('message.new').map(({ data }) => data.content)).toEqual(['Good morning', 'The end'])
  })

  it('says not_found to a stranger, as for a room that is not there', async () => {
    const { conversationId } = await anaAndBruno()
    const stranger = await signIn(gateway.url, (await person('de')).accessToken)
    const problems = [
      await stranger.fail('message.send', draft(conversationId)),
      await stranger.fail('message.send', draft(newId())),
    ].map(({ requestId: _, ...rest }) => rest)
    expect(problems[0]).toMatchObject({ code: 'not_found' })
    expect(problems[0]).toEqual(problems[1])
  })
})

describe('signing in', () => {
  it('greets with who and where one is', async () => {
    const { ana, conversationId, anasSocket } = await anaAndBruno()
    const { data } = await anasSocket.next('hello')
    expect(anasSocket.frames[0]?.type).toBe('hello')
    expect(data).toMatchObject({ userId: ana.user.id, heartbeatMs: 25_000, epoch: expect.stringMatching(/^.{8,}$/) })
    expect(data.conversations).toEqual({ [conversationId]: { version: 1, lastEventSeq: 0 } })
  })

  it('takes the token as a subprotocol and answers with its name', async () => {
    const { accessToken } = await person('en')
    const socket = await openSocket(gateway.url, { protocols: ['bearer', accessToken] })
    await socket.next('hello')
    expect(socket.socket.protocol).toBe('bearer')
  })

  it('takes the token as a first frame', async () => {
    const { user, accessToken, expiresAt } = await person('en')
    const socket = await openSocket(gateway.url)
    expect(await socket.fail('ping', {})).toMatchObject({ code: 'unauthenticated' })
    expect(await socket.fail('auth', { token: 'not-a-token' })).toMatchObject({ code: 'unauthenticated' })
    expect(await socket.request('auth', { token: accessToken })).toMatchObject({
      ok: true,
      data: { userId: user.id, expiresAt },
    })
    expect((await socket.next('hello')).data.userId).toBe(user.id)
    expect(await socket.request('ping', {})).toMatchObject({ ok: true })
  })

  it('takes frames that come with the handshake', async () => {
    const { accessToken } = await person('en')
    const socket = await openSocket(gateway.url, { token: accessToken })
    expect(await socket.request('ping', {})).toMatchObject({ ok: true })
    expect(socket.frames[0]?.type).toBe('hello')
  })

  it('lets a fresh token extend the stay, and no other person', async () => {
    const { user, accessToken } = await person('en')
    const socket = await signIn(gateway.url, accessToken)
    const login = await gateway.call<Person>('POST', '/api/auth/login', {
      body: { login: user.username, password: 'correct horse battery' },
    })
    expect(await socket.request('auth', { token: login.body.accessToken })).toMatchObject({ ok: true })
    await socket.next('hello', 1)
    expect(await socket.fail('auth', { token: (await person('en')).accessToken })).toMatchObject({ code: 'forbidden' })
    expect(gateway.context.hub.connectionsOf(user.id).size).toBe(1)
    // The socket now lives by the new session.
    await gateway.call('POST', '/api/auth/logout', { token: accessToken })
    expect(await socket.request('ping', {})).toMatchObject({ ok: true })
    await gateway.call('POST', '/api/auth/logout', { token: login.body.accessToken })
    expect((await socket.waitForClose()).code).toBe(4003)
  })

  it.each([
    ['query', (token: string) => ({ token })],
    ['subprotocol', (token: string) => ({ protocols: ['bearer', token] })],
  ])('refuses a bad token in the %s with a 401 problem before the upgrade', async (_, where) => {
    const refusal = await refusedUpgrade(gateway.url, where('not.a.token'))
    expect(refusal).toMatchObject({ status: 401, problem: { code: 'unauthenticated' } })
    expect(refusal.type).toMatch(/^application\/problem\+json/)
  })

  it('refuses the token of an ended session', async () => {
    const { accessToken } = await person('en')
    await gateway.call('POST', '/api/auth/logout', { token: accessToken })
    expect(await refusedUpgrade(gateway.url, { token: accessToken })).toMatchObject({
      status: 401,
      problem: { code: 'token_revoked' },
    })
  })

  it('closes the sockets of a session that ends, and those of no other', async () => {
    const { user, accessToken } = await person('en')
    const login = { login: user.username, password: 'correct horse battery' }
    const other = await gateway.call<Person>('POST', '/api/auth/login', { body: login })
    const sockets = [await signIn(gateway.url, accessToken), await signIn(gateway.url, accessToken)]
    const staying = await signIn(gateway.url, other.body.accessToken)
    await gateway.call('POST', '/api/auth/logout', { token: accessToken })
    for (const socket of sockets) expect((await socket.waitForClose()).code).toBe(4003)
    expect(await staying.request('ping', {})).toMatchObject({ ok: true })
  })

  it('refuses an eleventh socket', async () => {
    const { user, accessToken } = await person('en')
    const sockets = await Promise.all(Array.from({ length: 10 }, () => signIn(gateway.url, accessToken)))
    const eleventh = await openSocket(gateway.url, { token: accessToken })
    expect((await eleventh.waitForClose()).code).toBe(4009)
    sockets[0]?.close()
    await waitFor(() => gateway.context.hub.connectionsOf(user.id).size === 9, { what: 'a free place' })
    await signIn(gateway.url, accessToken)
  })
})

describe('the origin', () => {
  it.each(['https://evil.example.org', 'null', 'http://127.0.0.1'])(
    '%s is refused before the upgrade',
    async (origin) => {
      const { accessToken } = await person('en')
      const refusal = await refusedUpgrade(gateway.url, { token: accessToken, origin })
      expect(refusal).toMatchObject({ status: 403, problem: { code: 'origin_forbidden' } })
    },
  )

  it('is refused when it is only this host', async () => {
    const { accessToken } = await person('en')
    const refusal = await refusedUpgrade(gateway.url, { token: accessToken, origin: gateway.url })
    expect(refusal.problem.code).toBe('origin_forbidden')
  })

  it('is let in when it is listed', async () => {
    const { accessToken } = await person('en')
    await (await openSocket(gateway.url, { token: accessToken, origin: 'https://chat.example.org' })).next('hello')
  })
})

it('answers a plain GET with a problem', async () => {
  expect((await gateway.fail('GET', '/ws')).body.code).toBe('bad_request')
})

it('writes no token into any log', async () => {
  const { accessToken } = await person('en')
  const wrong = `${accessToken.slice(0, -4)}AAAA`
  await signIn(gateway.url, accessToken)
  await openSocket(gateway.url, { protocols: ['bearer', accessToken] })
  await refusedUpgrade(gateway.url, { token: wrong })
  await refusedUpgrade(gateway.url, { protocols: ['bearer', wrong] })
  await refusedUpgrade(gateway.url, { token: accessToken, origin: 'https://evil.example.org' })
  await gateway.call('GET', `/ws?token=${accessToken}`)
  await gateway.call('GET', `/nowhere?token=${accessToken}`)
  const socket = await openSocket(gateway.url)
  await socket.request('auth', { token: accessToken })
  await socket.fail('auth', { token: wrong })
  const log = gateway.lines.join('\n')
  expect(gateway.lines.length).toBeGreaterThan(10)
  for (const part of accessToken.split('.').slice(1)) expect(log).not.toContain(part)
})
