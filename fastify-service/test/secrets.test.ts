import { expect, it } from 'vitest'
import type { GatewayTables } from '../src/store/database.js'
import type { Reads } from '../src/store/reads.js'
import { startTestGateway } from './support.js'

it('the hash of a password is read by a sign-in and by nothing else', async () => {
  const gateway = await startTestGateway()
  const { database, reads } = gateway.context
  const read: string[] = []
  for (const name of ['user', 'conversation', 'conversationMember'] as const) {
    Object.assign(database, { [name]: recording(database[name], read) })
  }
  Object.assign(gateway.context, { reads: recording(reads, read) })
  const { user, accessToken: token } = await gateway.register('ana')
  const ben = await gateway.register('ben')
  for (const type of ['direct', 'group']) {
    const body = { type, memberIds: [ben.user.id], ...(type === 'group' ? { title: 'Us' } : {}) }
    await gateway.call('POST', '/api/conversations', { token, body })
  }
  const { body } = await gateway.call<{ data: Array<{ id: string }> }>('GET', '/api/conversations', { token })
  expect(body.data).toHaveLength(2)
  await gateway.call('POST', `/api/conversations/${body.data[0]?.id}/messages`, { token, body: { content: 'Hi' } })
  for (const path of ['me', ben.user.id, '?search=ben']) await gateway.call('GET', `/api/users/${path}`, { token })
  await gateway.call('PUT', `/api/users/${user.id}`, { token, body: { displayName: 'Ana B.' } })
  expect(read.length).toBeGreaterThan(8)
  expect(read.filter((rows) => rows.includes('passwordHash'))).toEqual([])
  await gateway.close()
})

/** The table, or the prepared reads, with every row that it answers written down. */
function recording(table: GatewayTables[keyof GatewayTables] | Reads, read: string[]): object {
  return new Proxy(table, {
    get(target, method) {
      const original = Reflect.get(target, method)
      if (typeof original !== 'function') return original
      return async (...query: unknown[]) => {
        const rows = await original.apply(target, query)
        read.push(JSON.stringify(rows) ?? '')
        return rows
      }
    },
  })
}
