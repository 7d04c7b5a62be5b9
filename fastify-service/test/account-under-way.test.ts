import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Group } from '../src/store/groups/groups.js'
import { type Person, startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
let ben: Person
let group: string
beforeAll(async () => {
  gateway = await startTestGateway()
  ben = await gateway.register('ben')
  const body = { name: 'Open', isPublic: true }
  group = (await gateway.call<Group>('POST', '/api/groups', { token: ben.accessToken, body })).body.id
})
afterAll(() => gateway.close())

/** Sends the head of a request, and its body when that is asked for; the token has been looked at by then. */
async function begin({ accessToken }: Person, path: string) {
  const started = request(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
  })
  let accepted = 0
  const looked = gateway.context.reads.session
  gateway.context.reads.session = async (id) => {
    const session = await looked(id)
    accepted += 1
    return session
  }
  started.flushHeaders()
  await waitFor(() => accepted === 1, { what: 'the look at the token' })
  gateway.context.reads.session = looked
  return async (body: object) => {
    started.end(JSON.stringify(body))
    const [answer] = (await once(started, 'response')) as [IncomingMessage]
    answer.resume()
    return answer.statusCode
  }
}

describe('a request that was under way when its person was deleted', () => {
  let count = 0
  it.each([
    ['/api/conversations', () => ({ type: 'group', title: 'Late', memberIds: [ben.user.id] })],
    ['/api/conversations', () => ({ type: 'direct', memberIds: [ben.user.id] })],
    ['/api/groups', () => ({ name: 'Late' })],
    ['/api/groups/:id/members', () => ({})],
    ['/api/friend-requests', () => ({ receiverId: ben.user.id })],
    ['/api/users/:ben/block', () => ({})],
  ])('leaves nothing of them: POST %s', async (path, body) => {
    count += 1
    const ana = await gateway.register(`ana${count}`)
    const finish = await begin(ana, path.replace(':id', group).replace(':ben', ben.user.id))
    expect(await gateway.call('DELETE', '/api/users/me', { token: ana.accessToken })).toMatchObject({ status: 204 })
    expect(await finish(body())).toBe(401)
    const { conversationMember, groupMember, friendRequest, block } = gateway.context.database
    const userId = ana.user.id
    expect(await conversationMember.count({ where: { userId } })).toBe(0)
    expect(await groupMember.count({ where: { userId } })).toBe(0)
    expect(await friendRequest.count({ where: { senderId: userId } })).toBe(0)
    expect(await block.count({ where: { blockerId: userId } })).toBe(0)
  })
})
