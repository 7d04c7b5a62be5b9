import { dirname } from 'node:path'
import { databaseFile } from '@meeshy/shared/database/url'
import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { holdRead } from './hold-read.js'
import { openRoom, type Room, subscribe } from './open-room.js'
import { searchFiles } from './search-files.js'
import { ServiceProcess } from './service-process.js'
import { fakeModel, TestService } from './start-service.js'

let test: TestService

beforeEach(async () => {
  test = await TestService.start({ models: [fakeModel().model] })
})
afterEach(() => test.close())

/** The gateway's part: the conversation is deleted. */
async function dissolve({ conversationId }: Room): Promise<void> {
  await test.people.conversation.delete({ where: { id: conversationId } })
}

/** The gateway's part: the person leaves. */
async function deactivate(id: string): Promise<void> {
  await test.people.user.update({ where: { id }, data: { deactivatedAt: new Date() } })
}

function promises(): Promise<number> {
  return test.people.erasure.count()
}

async function allKept(timeoutMs = 8_000): Promise<void> {
  await waitFor(async () => (await promises()) === 0, { what: 'all promises to be kept', timeoutMs })
}

async function sendMany(room: Room, count: number, senderId = room.senderId): Promise<void> {
  const texts = Array.from({ length: count }, (_, index) => `Message numéro ${index} de ${senderId}`)
  while (texts.length > 0) await Promise.all(texts.splice(0, 100).map((text) => room.send(text, 'fr', senderId)))
}

describe('an erasure', () => {
  it('of a conversation leaves nothing of it', async () => {
    const room = await openRoom(test, { reads: 'en' })
    const { conversationId } = room
    await sendMany(room, 60)
    await dissolve(room)
    await test.client.eraseConversation({ conversationId })
    await allKept()
    const where = { conversationId }
    expect(await test.people.message.count({ where })).toBe(0)
    expect(await test.people.messageTranslation.count()).toBe(0)
    expect(await test.people.messageReadStatus.count({ where })).toBe(0)
    expect(await test.people.conversationState.count({ where })).toBe(0)
    // Of its events only the newest of the whole log stays, if it is one.
    expect(await test.people.messageEvent.count({ where })).toBe(1)
  })

  it('of a person leaves tombstones, which the others are told of', async () => {
    const room = await openRoom(test, { reads: 'en' })
    await sendMany(room, 60)
    await sendMany(room, 10, room.readerId)
    await deactivate(room.senderId)
    await test.client.eraseUserMessages({ userId: room.senderId })
    await allKept()
    const deletions = () => room.events().filter(({ type }) => type === 'deleted')
    await waitFor(() => deletions().length === 60, { what: 'the events' })
    const messages = (
      await test.client.list({ conversationId: room.conversationId, userId: room.readerId, limit: 200 })
    ).messages
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 70 }, (_, index) => index + 1))
    const ofSender = messages.filter(({ senderId }) => senderId === room.senderId)
    expect(ofSender.every(({ deletedAt, content }) => deletedAt !== undefined && content === '')).toBe(true)
    expect(messages.filter(({ deletedAt }) => deletedAt === undefined)).toHaveLength(10)
  })

  it('of 1,000 messages takes seconds, beside many others', { timeout: 60_000 }, async () => {
    const large = await openRoom(test)
    await sendMany(large, 1_000)
    const small = await Promise.all(Array.from({ length: 12 }, () => openRoom(test)))
    await Promise.all(small.map((room) => sendMany(room, 3)))
    await Promise.all([large, ...small].map(dissolve))
    await deactivate(large.senderId)
    await Promise.all([
      test.client.eraseUserMessages({ userId: large.senderId }),
      ...[large, ...small].map(({ conversationId }) => test.client.eraseConversation({ conversationId })),
    ])
    await allKept(20_000)
    expect(await test.people.message.count()).toBe(0)
  })

  it('is refused while its subject exists', async () => {
    const { conversationId, senderId } = await openRoom(test)
    await expect(test.client.eraseConversation({ conversationId })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(test.client.eraseUserMessages({ userId: senderId })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await promises()).toBe(0)
  })

  it('of somebody or something unknown does no harm', async () => {
    const room = await openRoom(test)
    await room.send('Bonjour')
    await test.client.eraseConversation({ conversationId: newId() })
    await test.client.eraseUserMessages({ userId: newId() })
    await allKept()
    expect(await test.people.message.count({ where: { deletedAt: null } })).toBe(1)
  })

  it('that fails does not hold up the others', async () => {
    const [broken, room] = [await openRoom(test), await openRoom(test)]
    await Promise.all([broken.send('Bonjour'), room.send('Bonsoir')])
    await test.people.conversationState.delete({ where: { conversationId: broken.conversationId } })
    await Promise.all([broken.senderId, room.senderId].map(deactivate))
    await test.client.eraseUserMessages({ userId: broken.senderId })
    await test.client.eraseUserMessages({ userId: room.senderId })
    await waitFor(async () => (await promises()) === 1, { what: 'the other promise to be kept' })
    expect(await test.people.erasure.findMany()).toMatchObject([{ subjectId: broken.senderId }])
    expect(await test.people.message.findMany({ where: { deletedAt: null } })).toMatchObject([
      { senderId: broken.senderId },
    ])
  })

  it('does not keep readers of the feed from going on where they were', async () => {
    const other = await openRoom(test)
    const room = await openRoom(test)
    await room.send('Bonjour')
    await waitFor(() => room.events().length === 1, { what: 'the event' })
    const stream = await subscribe(test)
    const cursor = stream.batches.at(-1)?.cursor
    await dissolve(room)
    await test.client.eraseConversation({ conversationId: room.conversationId })
    await allKept()
    const resumed = await subscribe(test, cursor)
    expect(resumed.batches[0]).toMatchObject({ cursor })
    expect(resumed.batches[0]?.resyncReason).toBeUndefined()
    await other.send('Bonsoir')
    await waitFor(() => resumed.newsOf(other.conversationId).length === 1, { what: 'the next event' })
  })
})

describe('what a crash left', () => {
  it('is found: a conversation that the gateway deleted and could not tell of', async () => {
    const [gone, kept] = [await openRoom(test), await openRoom(test)]
    await Promise.all([gone.send('Bonjour'), kept.send('Bonsoir')])
    await dissolve(gone)
    await test.restart({ models: [fakeModel().model] })
    await waitFor(async () => (await test.people.message.count()) === 1, { what: 'one message' })
    await allKept()
    expect(await test.people.conversationState.findMany()).toMatchObject([{ conversationId: kept.conversationId }])
  })

  it('is finished: an erasure that kill -9 interrupted', { timeout: 60_000 }, async () => {
    const room = await openRoom(test)
    await sendMany(room, 1_000)
    await deactivate(room.senderId)
    const service = await ServiceProcess.replace(test)
    onTestFinished(() => service.stop())
    await service.client.eraseUserMessages({ userId: room.senderId })
    const left = () => test.people.message.count({ where: { deletedAt: null } })
    await waitFor(async () => (await left()) < 1_000, { what: 'the erasure to begin' })
    await service.kill()
    expect(await left()).toBeGreaterThan(0)
    expect(await promises()).toBe(1)

    await test.run({ models: [fakeModel().model] })
    await allKept()
    expect(await left()).toBe(0)
  })

  it('is finished: words that stood in the write-ahead log at a kill -9', { timeout: 60_000 }, async () => {
    const files = dirname(databaseFile(test.url))
    const room = await openRoom(test)
    const word = 'zukanarikill'
    const { id } = await room.send(`Bonjour ${word}`)
    const service = await ServiceProcess.replace(test)
    onTestFinished(() => service.stop())
    const release = await holdRead(test.url)
    await service.client.remove({ messageId: id, userId: room.senderId })
    await service.kill()
    release()
    expect(await searchFiles(files, [word])).not.toEqual([])

    await test.run({ models: [fakeModel().model] })
    const gone = async () => (await searchFiles(files, [word])).length === 0
    await waitFor(gone, { what: 'the word to be gone' })
  })
})
