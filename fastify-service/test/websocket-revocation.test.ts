import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { signIn, type TestSocket } from './socket.js'
import { type Person, password, startTestGateway, type TestGateway } from './support.js'

/** Promised is 1 s, and a busy machine gets another one. The watch over sessions looks every 5 s only. */
const limitMs = 2_000

let gateway: TestGateway
let ana: Person
let bruno: Person

beforeEach(async () => {
  gateway = await startTestGateway()
  ana = await gateway.register('ana')
  bruno = await gateway.register('bruno')
})

afterEach(() => gateway.close())

/** Ten devices of one session. */
function openTen(token: string): Promise<TestSocket[]> {
  return Promise.all(Array.from({ length: 10 }, () => signIn(gateway.url, token)))
}

async function signInAgain(): Promise<Person> {
  const body = { login: 'ana', password }
  return (await gateway.call<Person>('POST', '/api/auth/login', { body })).body
}

async function makeAdministrator({ user }: Person): Promise<void> {
  await gateway.context.database.user.update({ where: { id: user.id }, data: { role: 'ADMIN' } })
}

describe('the sockets of what has ended close 4003 within a second, and those of nothing else', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a sign-out', () => gateway.call('POST', '/api/auth/logout', { token: ana.accessToken })],
    [
      'a device that was removed by another one',
      async () => {
        const { accessToken: token } = await signInAgain()
        const { body } = await gateway.call<{ data: Array<{ id: string; current: boolean }> }>(
          'GET',
          '/api/auth/sessions',
          { token },
        )
        const other = body.data.find(({ current }) => !current)
        return gateway.call('DELETE', `/api/auth/sessions/${other?.id}`, { token })
      },
    ],
    [
      'a new password, set by another device',
      async () => {
        const { accessToken: token } = await signInAgain()
        const body = { currentPassword: password, newPassword: 'another long and good one' }
        return gateway.call('PUT', '/api/users/me/password', { token, body })
      },
    ],
    [
      'a deactivation',
      async () => {
        await makeAdministrator(bruno)
        const path = `/api/admin/users/${ana.user.id}/status`
        return gateway.call('PUT', path, { token: bruno.accessToken, body: { status: 'deactivated' } })
      },
    ],
    ['the deletion of the account', () => gateway.call('DELETE', '/api/users/me', { token: ana.accessToken })],
    [
      'a refresh token that was used twice',
      async () => {
        const refresh = (refreshToken: string) =>
          gateway.call<Person>('POST', '/api/auth/refresh', { body: { refreshToken } })
        const second = await refresh(ana.refreshToken)
        await refresh(second.body.refreshToken)
        return refresh(ana.refreshToken)
      },
    ],
  ])('%s', async (_, end) => {
    const [theirs, other] = [await openTen(ana.accessToken), await signIn(gateway.url, bruno.accessToken)]
    const answer = (await end()) as { status: number }
    const endedAt = performance.now()
    for (const socket of theirs) expect((await socket.waitForClose()).code).toBe(4003)
    expect(performance.now() - endedAt, JSON.stringify(answer)).toBeLessThan(limitMs)
    expect(await other.request('ping', {})).toMatchObject({ ok: true })
  })
})

describe('what somebody may no longer read', () => {
  async function room() {
    const body = { type: 'group', title: 'Tea', memberIds: [bruno.user.id] }
    const token = ana.accessToken
    const { id } = (await gateway.call<{ id: string }>('POST', '/api/conversations', { token, body })).body
    const say = (content: string) =>
      gateway.call('POST', `/api/conversations/${id}/messages`, { token, body: { content, originalLanguage: 'en' } })
    return { id, say, token }
  }

  /** So much for a client that takes nothing that the rest stays in the gateway. */
  async function fill(socket: TestSocket, say: (content: string) => Promise<unknown>): Promise<void> {
    socket.socket.pause()
    const userId = bruno.user.id
    const [connection] = gateway.context.hub.connectionsOf(userId)
    let taken = false
    void connection?.empty().then(() => {
      taken = true
    })
    const ballast = {
      type: 'conversation.updated',
      conversationId: newId(),
      data: { id: 'x'.repeat(60_000), version: 1 },
    }
    await waitFor(
      async () => {
        taken = false
        gateway.context.hub.tell([userId], ballast as never)
        await gateway.context.hub.flusher.flushed()
        void connection?.empty().then(() => {
          taken = true
        })
        await new Promise((resolve) => setImmediate(resolve))
        return !taken
      },
      { what: 'the line to be full' },
    )
    await say('Secret words')
    await waitFor(() => gateway.messaging.messages.length > 0, { what: 'the message' })
  }

  it('after a removal nothing of the room comes, not even what waited', async () => {
    const { id, say, token } = await room()
    const socket = await signIn(gateway.url, bruno.accessToken)
    const witness = await signIn(gateway.url, ana.accessToken)
    await fill(socket, say)
    await witness.next('message.new')
    await gateway.call('DELETE', `/api/conversations/${id}/members/${bruno.user.id}`, { token })
    await say('More secret words')
    await witness.next('message.new', 1)
    socket.socket.resume()
    await socket.next('member.removed')
    expect(await socket.request('ping', {})).toMatchObject({ ok: true })
    expect(JSON.stringify(socket.frames)).not.toContain('ecret words')
  })

  it('a deleted message that waited comes as a tombstone', async () => {
    const { say, token } = await room()
    const socket = await signIn(gateway.url, bruno.accessToken)
    const witness = await signIn(gateway.url, ana.accessToken)
    await fill(socket, say)
    const { data } = await witness.next('message.new')
    await gateway.call('DELETE', `/api/messages/${data.id}`, { token })
    await witness.next('message.deleted')
    socket.socket.resume()
    await socket.next('message.deleted')
    expect((await socket.next('message.new')).data).toMatchObject({ id: data.id, content: null, display: null })
    expect(JSON.stringify(socket.frames)).not.toContain('ecret words')
  })
})

it('a change of language takes effect with the next message', async () => {
  const body = { type: 'direct', memberIds: [bruno.user.id] }
  const token = ana.accessToken
  const { id } = (await gateway.call<{ id: string }>('POST', '/api/conversations', { token, body })).body
  const socket = await signIn(gateway.url, bruno.accessToken)
  const say = async (content: string) => {
    const draft = { content, originalLanguage: 'en' }
    const path = `/api/conversations/${id}/messages`
    return (await gateway.call<{ id: string }>('POST', path, { token, body: draft })).body.id
  }
  for (const [index, language] of ['fr', 'de', 'ja'].entries()) {
    const preferredLanguage = { preferredLanguage: language, understoodLanguages: [] }
    await gateway.call('PUT', '/api/users/me', { token: bruno.accessToken, body: preferredLanguage })
    const messageId = await say(`Hello ${index}`)
    for (const other of ['fr', 'de', 'ja']) gateway.messaging.translate(messageId, other, `[${other}]`)
    expect((await socket.next('message.translated', index)).data).toMatchObject({ messageId, language })
  }
  expect(socket.framesOf('message.translated')).toHaveLength(3)
})
