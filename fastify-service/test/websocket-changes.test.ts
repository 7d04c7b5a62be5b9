import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import { newId } from '@meeshy/shared/ids'
import { ContractClient } from '@meeshy/shared/testing/contract-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { signIn, type TestSocket } from './socket.js'
import { startTestGateway, type TestGateway } from './support.js'

let gateway: TestGateway
/** Plays whoever changes messages. */
let service: ContractClient
let anaId: string
let anasSockets: [TestSocket, TestSocket]
let brunosSocket: TestSocket
let sent: ClientMessage

/** Ana writes English on two devices, Bruno reads French; one message is sent and translated. */
beforeEach(async () => {
  gateway = await startTestGateway()
  service = new ContractClient(gateway.messaging, undefined)
  const ana = await gateway.register('ana', { preferredLanguage: 'en' })
  const bruno = await gateway.register('bruno', { preferredLanguage: 'fr' })
  anaId = ana.user.id
  const token = ana.accessToken
  const body = { type: 'direct', memberIds: [bruno.user.id] }
  const { id: conversationId } = (await gateway.call<{ id: string }>('POST', '/api/conversations', { token, body }))
    .body
  anasSockets = [await signIn(gateway.url, token), await signIn(gateway.url, token)]
  brunosSocket = await signIn(gateway.url, bruno.accessToken)
  const draft = { conversationId, content: 'Good morning', clientMessageId: newId(), originalLanguage: 'en' }
  await anasSockets[0].request('message.send', draft)
  sent = (await brunosSocket.next('message.new')).data
  gateway.messaging.translate(sent.id, 'fr', 'Bonjour')
  await brunosSocket.next('message.translated')
})

afterEach(async () => {
  service.close()
  await gateway.close()
})

function place(eventSeq: number) {
  return { conversationId: sent.conversationId, eventSeq }
}

it('brings an edited message to every device, without the translation of what it said before', async () => {
  const edit = { messageId: sent.id, userId: anaId, content: 'Good evening', originalLanguage: 'en' }
  await service.update(edit)
  const display = { language: 'en', text: 'Good evening', translated: false }
  for (const socket of [...anasSockets, brunosSocket]) {
    const { data, ...rest } = await socket.next('message.edited')
    expect(rest).toEqual({ type: 'message.edited', ...place(3) })
    expect(data).toMatchObject({ id: sent.id, seq: 1, revision: 2, content: 'Good evening', display, translations: {} })
    expect(data.editedAt).toMatch(/Z$/)
  }
  gateway.messaging.translate(sent.id, 'fr', 'Bonsoir')
  expect((await brunosSocket.next('message.translated', 1)).data).toMatchObject({ revision: 2, text: 'Bonsoir' })
})

it('tells every device that a message is gone, and where it was', async () => {
  await service.remove({ messageId: sent.id, userId: anaId })
  for (const socket of [...anasSockets, brunosSocket]) {
    expect(await socket.next('message.deleted')).toEqual({
      type: 'message.deleted',
      ...place(3),
      data: { messageId: sent.id, seq: 1 },
    })
  }
})
