import type { PresenceStatus } from '@meeshy/shared/frames/server-frames'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { onTestFinished } from 'vitest'
import { signIn, type TestSocket } from './socket.js'
import type { Person, TestGateway } from './support.js'

let people = 0

/** People, rooms and sockets of tests about who sees whom. */
export function awareness(gateway: () => TestGateway) {
  const call = <Body = unknown>(person: Person, method: string, path: string, body?: object) =>
    gateway().call<Body>(method, path, { token: person.accessToken, ...(body && { body }) })
  const path = (person: Person) => `/api/users/${person.user.id}/block`
  return {
    call,
    person: () => {
      people += 1
      return gateway().register(`person-${people}`)
    },
    async connect(person: Person): Promise<TestSocket> {
      const socket = await signIn(gateway().url, person.accessToken)
      onTestFinished(() => socket.close())
      return socket
    },
    async room(creator: Person, ...others: Person[]): Promise<string> {
      const body = { type: 'group', title: 'Room', memberIds: others.map(({ user }) => user.id) }
      return (await call<{ id: string }>(creator, 'POST', '/api/conversations', body)).body.id
    },
    async direct(creator: Person, other: Person): Promise<string> {
      const body = { type: 'direct', memberIds: [other.user.id] }
      return (await call<{ id: string }>(creator, 'POST', '/api/conversations', body)).body.id
    },
    add: (conversationId: string, by: Person, { user }: Person) =>
      call(by, 'POST', `/api/conversations/${conversationId}/members`, { userId: user.id }),
    remove: (conversationId: string, by: Person, { user }: Person) =>
      call(by, 'DELETE', `/api/conversations/${conversationId}/members/${user.id}`),
    block: (by: Person, other: Person) => call(by, 'POST', path(other)),
    unblock: (by: Person, other: Person) => call(by, 'DELETE', path(other)),
    async guest(owner: Person, conversationId: string): Promise<Person> {
      const body = { conversationId, allowGuests: true }
      const { id } = (await call<{ id: string }>(owner, 'POST', '/api/share-links', body)).body
      const joining = { body: { displayName: 'Guest', language: 'en' } }
      return (await gateway().call<Person>('POST', `/api/share-links/${id}/join`, joining)).body
    },
  }
}

/** How a client believes somebody to be. */
export function statusOf(socket: TestSocket, { user }: Pick<Person, 'user'>): PresenceStatus {
  return socket.framesOf('presence').findLast(({ data }) => user.id in data.users)?.data.users[user.id] ?? 'offline'
}

export async function expectStatus(socket: TestSocket, person: Person, status: PresenceStatus): Promise<void> {
  const what = `somebody to be ${status}`
  await waitFor(() => statusOf(socket, person) === status, { what })
}

/** Whether a client was ever told anything of somebody. */
export function knows(socket: TestSocket, { user }: Person): boolean {
  return JSON.stringify([...socket.framesOf('presence'), ...socket.framesOf('typing')]).includes(user.id)
}
