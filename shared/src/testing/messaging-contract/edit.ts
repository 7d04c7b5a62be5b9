import { expect, it } from 'vitest'
import { badContents, type ContractTest, timestamp } from './contract-test.js'

const content = 'Good evening everybody'

/** A message gets a new revision by its author, and nothing is left of the old one. */
export function editContract(test: ContractTest): void {
  it('replaces the content, and keeps the place', async () => {
    const { message, authorId, readerId } = await test.createMessage()
    const edit = { messageId: message.id, userId: authorId, content, originalLanguage: 'en' }
    const { message: edited, changed } = await test.client.update(edit)
    const { id, seq, createdAt, clientMessageId } = message
    const display = { language: 'en', text: content, translated: false }
    expect(changed).toBe(true)
    expect(edited).toMatchObject({ id, seq, createdAt, clientMessageId, content, revision: 2, display })
    expect(edited.editedAt).toMatch(timestamp)
    expect(await test.client.read({ messageId: id, userId: readerId })).toMatchObject({ content, revision: 2 })
  })

  it('changes nothing when the message already says this', async () => {
    const room = await test.createMessage()
    const { id: messageId, content: same } = room.message
    const { message, changed } = await test.client.update({ messageId, userId: room.authorId, content: same })
    expect(changed).toBe(false)
    expect(message).toMatchObject({ revision: 1, content: same })
    expect(message.editedAt).toBeUndefined()
    expect((await test.messageEvents(room)).map(({ type }) => type)).toEqual(['new'])
  })

  it('edits the expected revision and no other', async () => {
    const { message, authorId: userId } = await test.createMessage()
    const edit = { messageId: message.id, userId, content, expectedRevision: 1 }
    expect((await test.client.update(edit)).message.revision).toBe(2)
    await expect(test.client.update({ ...edit, content: 'Too late' })).rejects.toMatchObject({ code: 'edit_conflict' })
    expect(await test.client.read({ messageId: message.id, userId })).toMatchObject({ content, revision: 2 })
  })

  it('finds an edit done when it is repeated', async () => {
    const { message, authorId: userId } = await test.createMessage()
    const edit = { messageId: message.id, userId, content, expectedRevision: 1 }
    await test.client.update(edit)
    expect(await test.client.update(edit)).toMatchObject({ changed: false, message: { content, revision: 2 } })
  })

  it('lets two edits of one revision not both win', async () => {
    const { message, authorId: userId } = await test.createMessage()
    const edits = ['One', 'Two', 'Three'].map((text) =>
      test.client.update({ messageId: message.id, userId, content: text, expectedRevision: 1 }),
    )
    const outcomes = await Promise.allSettled(edits)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await test.client.read({ messageId: message.id, userId })).revision).toBe(2)
  })

  it('is forbidden to other members and to moderators', async () => {
    const { message, readerId, moderatorId } = await test.createMessage()
    for (const userId of [readerId, moderatorId]) {
      const edit = { messageId: message.id, userId, content }
      await expect(test.client.update(edit)).rejects.toMatchObject({ code: 'forbidden' })
    }
  })

  it('finds no message that was deleted', async () => {
    const { message, authorId: userId } = await test.createMessage()
    await test.client.remove({ messageId: message.id, userId })
    const edit = { messageId: message.id, userId, content }
    await expect(test.client.update(edit)).rejects.toMatchObject({ code: 'not_found' })
  })

  it.each(badContents)('refuses content that is %s', async (_, bad) => {
    const { message, authorId: userId } = await test.createMessage()
    const edit = { messageId: message.id, userId, content: bad }
    await expect(test.client.update(edit)).rejects.toMatchObject({ code: 'content_invalid' })
  })

  it('answers a repeat of the send with what is there now', async () => {
    const { message, authorId: senderId, conversationId } = await test.createMessage()
    const { id: messageId, clientMessageId, content: first } = message
    await test.client.update({ messageId, userId: senderId, content })
    const send = { conversationId, senderId, clientMessageId }
    expect(await test.client.create({ ...send, content: first })).toMatchObject({
      created: false,
      message: { id: messageId, content, revision: 2 },
    })
    // What the id stands for is the text that was sent under it.
    await expect(test.client.create({ ...send, content })).rejects.toMatchObject({ code: 'idempotency_conflict' })
  })

  it('is told as an event with the new revision', async () => {
    const room = await test.createMessage()
    const { id: messageId } = room.message
    await test.client.update({ messageId, userId: room.authorId, content })
    const events = await test.messageEvents(room)
    expect(events.map(({ type, revision }) => [type, revision])).toEqual([
      ['new', 1],
      ['edited', 2],
    ])
    expect(events[1]?.message).toMatchObject({ id: messageId, content, revision: 2, display: null })
  })
}
