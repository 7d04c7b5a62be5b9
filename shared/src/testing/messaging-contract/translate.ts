import { expect, it } from 'vitest'
import type { ContractTest } from './contract-test.js'

/** What readers see, and translations on demand. */
export function translateContract(test: ContractTest): void {
  it('returns a translation in a final state', async () => {
    const { message, readerId } = await test.createMessage()
    const request = { messageId: message.id, userId: readerId, targetLanguage: 'fr' }
    const text = `[fr] ${message.content}`
    const ready = { language: 'fr', status: 'ready', text, revision: 1, model: 'fake' }
    expect(await test.client.translateMessage(request)).toMatchObject(ready)
    expect(await test.client.translateMessage(request)).toMatchObject(ready)
  })

  it('has nothing to translate into the language of the message', async () => {
    const { message, authorId } = await test.createMessage()
    const request = { messageId: message.id, userId: authorId, targetLanguage: 'en' }
    expect(await test.client.translateMessage(request)).toMatchObject({
      language: 'en',
      status: 'skipped',
      reason: 'same_language',
    })
  })

  it.each(['', 'nl', 'french'])('refuses %j as a language', async (targetLanguage) => {
    const { message, authorId } = await test.createMessage()
    const request = { messageId: message.id, userId: authorId, targetLanguage }
    await expect(test.client.translateMessage(request)).rejects.toMatchObject({ code: 'bad_request' })
  })

  it('shows everybody what they read, and all translations to who asks for them', async () => {
    const { conversationId, message, authorId, readerId } = await test.createMessage()
    const { id: messageId, content } = message
    for (const targetLanguage of ['fr', 'de']) {
      await test.client.translateMessage({ messageId, userId: readerId, targetLanguage })
    }
    const views = async (userId: string) => [
      await test.client.read({ messageId, userId }),
      ...(await test.client.list({ conversationId, userId })).messages,
      ...(await test.client.summarise({ conversationIds: [conversationId], userId })).map((one) => one.lastMessage),
    ]
    for (const view of await views(readerId)) {
      expect(view?.display).toEqual({ language: 'fr', text: `[fr] ${content}`, translated: true })
      expect(view?.translations.map(({ language }) => language)).toEqual(['fr'])
    }
    for (const view of await views(authorId)) {
      expect(view?.display).toEqual({ language: 'en', text: content, translated: false })
      expect(view?.translations).toEqual([])
    }
    const all = await test.client.read({ messageId, userId: authorId, allTranslations: true })
    expect(all.translations.map(({ language }) => language).sort()).toEqual(['de', 'fr'])
  })

  it('never shows a translation of the text before an edit', async () => {
    const { message, authorId, readerId } = await test.createMessage()
    const { id: messageId, content: before } = message
    const content = 'Good evening everybody'
    const request = { messageId, userId: readerId, targetLanguage: 'fr' }
    const late = test.client.translateMessage(request)
    const edited = await test.client.update({ messageId, userId: authorId, content, originalLanguage: 'en' })
    const whenEdited = await test.client.read({ messageId, userId: readerId, allTranslations: true })
    await late
    const whenLate = await test.client.read({ messageId, userId: readerId, allTranslations: true })
    for (const view of [edited.message, whenEdited, whenLate]) {
      expect(view.revision).toBe(2)
      expect(JSON.stringify(view)).not.toContain(before)
      expect(view.translations.filter(({ revision }) => revision !== 2)).toEqual([])
    }
    expect(await test.client.translateMessage(request)).toMatchObject({ text: `[fr] ${content}`, revision: 2 })
  })
}
