import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CreateMessageRequest } from '../generated/proto/meeshy/messaging/v1/CreateMessageRequest.js'
import { statusToProblem } from '../messaging/problem-status.js'
import { ContractClient } from './contract-client.js'
import { waitFor } from './wait-for.js'

/** A room of the service under test: a conversation and two of its members. */
export interface Room {
  conversationId: string
  memberIds: [string, string]
}

/** A running service, real or fake. */
export interface MessagingUnderTest {
  host: string
  port: number
  serviceToken: string
  createRoom(): Promise<Room>
  close(): Promise<void>
}

/** What every MessagingService does, the real one and the fake: run with a function that starts one. */
export function describeMessagingContract(name: string, start: () => Promise<MessagingUnderTest>): void {
  describe(`the messaging contract, ${name}`, () => {
    let service: MessagingUnderTest
    let client: ContractClient

    beforeAll(async () => {
      service = await start()
      client = new ContractClient(service, service.serviceToken)
    })

    afterAll(async () => {
      client.close()
      await service.close()
    })

    it('stores a message and tells every field of it', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      const request = aMessage(conversationId, memberIds[0])
      const { message, created } = await client.create(request)
      expect(created).toBe(true)
      expect(message).toMatchObject({ ...request, seq: 1, revision: 1, messageType: 'text', languageSource: 'client' })
      expect(message?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(message?.deletedAt).toBeUndefined()
    })

    it('returns the same message for a repeat', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      const request = aMessage(conversationId, memberIds[0])
      const first = await client.create(request)
      const repeat = await client.create(request)
      expect(repeat.created).toBe(false)
      expect(repeat.message).toMatchObject({ id: first.message?.id, seq: first.message?.seq })
    })

    it('stores one message for many repeats at the same time', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      const request = aMessage(conversationId, memberIds[0])
      const answers = await Promise.all(Array.from({ length: 8 }, () => client.create(request)))
      expect(new Set(answers.map(({ message }) => message?.id)).size).toBe(1)
      expect(answers.filter(({ created }) => created)).toHaveLength(1)
    })

    it('refuses other content under the same clientMessageId', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      const request = aMessage(conversationId, memberIds[0])
      await client.create(request)
      await expect(client.create({ ...request, content: 'Something else' })).rejects.toMatchObject({
        code: 'client_message_id_reused',
      })
    })

    it('lets two people use the same clientMessageId', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      const request = aMessage(conversationId, memberIds[0])
      await client.create(request)
      expect((await client.create({ ...request, senderId: memberIds[1] })).created).toBe(true)
    })

    it('numbers the messages of a conversation densely, whoever sends', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      const senders = Array.from({ length: 12 }, (_, index) => memberIds[index % 2] as string)
      const answers = await Promise.all(senders.map((sender) => client.create(aMessage(conversationId, sender))))
      expect(answers.map(({ message }) => message?.seq).sort((a = 0, b = 0) => a - b)).toEqual(oneTo(12))
    })

    it('returns content byte for byte', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      const content = ' é e\u0301 👩‍👩‍👧 \u202bשלום\u202c\r\n\t了解 '
      const { message } = await client.create({ ...aMessage(conversationId, memberIds[0]), content })
      expect(message?.content).toBe(content)
    })

    it.each([
      ['empty', ''],
      ['too long', 'a'.repeat(4001)],
      ['with U+0000', 'a\0b'],
    ])('refuses content that is %s', async (_, content) => {
      const { conversationId, memberIds } = await service.createRoom()
      await expect(client.create({ ...aMessage(conversationId, memberIds[0]), content })).rejects.toMatchObject({
        code: 'content_invalid',
      })
    })

    it.each([
      ['conversationId', { conversationId: 'a room' }],
      ['conversationId', { conversationId: '' }],
      ['senderId', { senderId: 'x'.repeat(65) }],
      ['clientMessageId', { clientMessageId: 'é' }],
      ['replyToId', { replyToId: 'a/b' }],
    ])('refuses a bad %s', async (_, bad) => {
      const { conversationId, memberIds } = await service.createRoom()
      await expect(client.create({ ...aMessage(conversationId, memberIds[0]), ...bad })).rejects.toMatchObject({
        code: 'bad_request',
      })
    })

    it('makes a clientMessageId when there is none', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      const request = { ...aMessage(conversationId, memberIds[0]), clientMessageId: '' }
      const [first, second] = [await client.create(request), await client.create(request)]
      expect([first.created, second.created]).toEqual([true, true])
      expect(first.message?.clientMessageId).toMatch(/^[\w.:-]{1,64}$/)
      expect(first.message?.clientMessageId).not.toBe(second.message?.clientMessageId)
    })

    it('reads a message, and says not_found for one that is not there', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      const { message } = await client.create(aMessage(conversationId, memberIds[0]))
      const read = await client.read({ messageId: message?.id ?? '', userId: memberIds[1] })
      expect(read).toMatchObject({ id: message?.id, content: message?.content, seq: 1 })
      await expect(client.read({ messageId: randomUUID(), userId: memberIds[1] })).rejects.toMatchObject({
        code: 'not_found',
      })
    })

    it('pages through the history in both directions', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      for (let count = 0; count < 7; count += 1) await client.create(aMessage(conversationId, memberIds[0]))
      const page = async (range: { before?: number; after?: number }) => {
        const { messages, hasMore } = await client.list({ conversationId, userId: memberIds[1], limit: 3, ...range })
        return { seqs: messages.map(({ seq }) => seq), hasMore }
      }
      expect(await page({})).toEqual({ seqs: [5, 6, 7], hasMore: true })
      expect(await page({ before: 5 })).toEqual({ seqs: [2, 3, 4], hasMore: true })
      expect(await page({ before: 2 })).toEqual({ seqs: [1], hasMore: false })
      expect(await page({ after: 2 })).toEqual({ seqs: [3, 4, 5], hasMore: true })
      expect(await page({ after: 5 })).toEqual({ seqs: [6, 7], hasMore: false })
      expect(await page({ after: 7 })).toEqual({ seqs: [], hasMore: false })
    })

    it('starts a stream without a cursor at the present, and says epoch and cursor at once', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      await client.create(aMessage(conversationId, memberIds[0]))
      const stream = client.subscribe('')
      await waitFor(() => stream.batches.length > 0, { what: 'the first batch' })
      expect(stream.batches[0]).toMatchObject({ epoch: expect.stringMatching(/./), cursor: expect.stringMatching(/./) })
      const { message } = await client.create(aMessage(conversationId, memberIds[0]))
      await waitFor(() => stream.newsOf(conversationId).length > 0, { what: 'the live event' })
      stream.cancel()
      expect(stream.newsOf(conversationId).map((event) => event.message?.id)).toEqual([message?.id])
    })

    it('streams what was missed since a cursor, then what happens, in dense order', async () => {
      const { conversationId, memberIds } = await service.createRoom()
      const before = client.subscribe('')
      await waitFor(() => before.batches.length > 0, { what: 'the first batch' })
      before.cancel()
      const sent: string[] = []
      const send = async () => {
        const { message } = await client.create(aMessage(conversationId, memberIds[0]))
        sent.push(message?.id ?? '')
      }
      for (let count = 0; count < 5; count += 1) await send()
      const stream = client.subscribe(before.batches.at(-1)?.cursor ?? '')
      for (let count = 0; count < 5; count += 1) await send()
      await waitFor(() => stream.newsOf(conversationId).length >= 10, { what: 'ten events' })
      stream.cancel()
      expect(stream.newsOf(conversationId).map(({ message }) => message?.id)).toEqual(sent)
      const seqs = stream.eventsOf(conversationId).map(({ eventSeq }) => eventSeq)
      expect(seqs).toEqual(oneTo(seqs.length))
    })

    it.each([
      ['no', undefined],
      ['a wrong', 'wrong-token-wrong-token-wrong-token'],
    ])('refuses calls and streams with %s service token', async (_, token) => {
      const { conversationId, memberIds } = await service.createRoom()
      const stranger = new ContractClient(service, token)
      await expect(stranger.create(aMessage(conversationId, memberIds[0]))).rejects.toMatchObject({
        code: 'unauthenticated',
      })
      const stream = stranger.subscribe('')
      await waitFor(() => stream.error !== null, { what: 'the refusal of the stream' })
      expect(stream.error && statusToProblem(stream.error).code).toBe('unauthenticated')
      stranger.close()
    })
  })
}

function aMessage(conversationId: string, senderId: string): Required<Omit<CreateMessageRequest, OptionalField>> {
  const content = `Hello ${randomUUID()}`
  return { conversationId, senderId, content, clientMessageId: randomUUID(), originalLanguage: 'en' }
}

type OptionalField = 'replyToId' | '_replyToId' | '_originalLanguage'

function oneTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
