import { dirname } from 'node:path'
import { databaseFile } from '@meeshy/shared/database/url'
import { newId } from '@meeshy/shared/ids'
import { createTestFolder } from '@meeshy/shared/testing/fresh-database'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { expect, it, onTestFinished } from 'vitest'
import { searchFiles } from './search-files.js'
import { ServiceProcess } from './service-process.js'
import { fakeModel, type Person, TestService } from './start-service.js'

/** Each word stands in texts that are erased in one way, in their translations, and nowhere else. */
const erased = {
  edited: 'zukanaried',
  deleted: 'zukanaride',
  moderated: 'zukanarimo',
  conversation: 'zukanarico',
  person: 'zukanaripe',
}
const words = Object.values(erased)
/** In texts that two people have written; one of them deletes hers. */
const shared = 'zukanarish'
const filler = 'remplissage'

const rounds = 40
const fillersInRound = 7
const promisedMs = 60_000

const people: Person[] = [
  { reads: 'fr' },
  { reads: 'en' },
  { reads: 'de' },
  { reads: 'es', role: 'moderator' },
  { reads: 'fr' },
]

type Talk = Awaited<ReturnType<typeof talk>>

it('what was erased leaves the files within a minute; what others show stays', { timeout: 180_000 }, async () => {
  const logs = await createTestFolder()
  onTestFinished(logs.remove)
  const test = await TestService.start({ models: [fakeModel().model] })
  onTestFinished(() => test.close())
  const service = await ServiceProcess.replace(test, { LOG_DIR: logs.folder, LOG_LEVEL: 'trace' })
  onTestFinished(() => service.stop())
  const files = dirname(databaseFile(test.url))

  const said = await talk(test, service)
  expect(new Set((await searchFiles(files, words)).map(wordOf))).toEqual(new Set(words))
  await erase(test, service, said)
  const gone = async () => (await searchFiles(files, words)).length === 0
  await waitFor(gone, { what: `the words to be gone from ${files}`, timeoutMs: promisedMs })

  // The logs tell everything but words.
  expect(await searchFiles(logs.folder, [...words, shared, filler])).toEqual([])
  expect((await searchFiles(logs.folder, ['message translated'])).map(wordOf)).toEqual(['message translated'])

  const { conversationId, memberIds } = said.others
  const { messages } = await service.client.list({ conversationId, userId: memberIds[1] ?? '', limit: 200 })
  const kept = messages.filter(({ content }) => content.includes(shared))
  expect(kept).toHaveLength(rounds)
  for (const { translations } of kept) {
    expect(translations).toMatchObject([{ language: 'en', status: 'ready', text: expect.stringContaining(shared) }])
  }

  // The same texts anew: what somebody still shows is in the memory, and nothing else is.
  const again = async (word: string) =>
    (await say(service, said.room, textOf(word, 7))).translations.map(({ status }) => status)
  expect(await again(shared)).toEqual(['ready', 'ready', 'ready'])
  for (const word of words) expect(await again(word)).toEqual(['pending', 'pending', 'pending'])
})

/** Writes all texts, mixed with others: where words stand in rows that grow, rows beside them move and leave copies. */
async function talk(test: TestService, service: ServiceProcess) {
  const [room, doomed, others] = [
    await test.createRoom(people),
    await test.createRoom(people),
    await test.createRoom(people),
  ]
  const ids: Record<string, string[]> = {}
  const keep = async (way: string, where: typeof room, text: string, senderId?: string) => {
    const { id } = await say(service, where, text, senderId)
    ids[way] = [...(ids[way] ?? []), id]
  }
  for (let round = 0; round < rounds; round += 1) {
    const fillers = Array.from({ length: fillersInRound }, (_, index) => textOf(filler, round * fillersInRound + index))
    await Promise.all([
      ...[keep('edited', room, textOf(erased.edited, round)), keep('deleted', room, textOf(erased.deleted, round))],
      ...[keep('deleted', room, textOf(shared, round)), keep('shared', others, textOf(shared, round))],
      keep('moderated', room, textOf(erased.moderated, round)),
      keep('conversation', doomed, textOf(erased.conversation, round)),
      keep('person', room, textOf(erased.person, round), room.memberIds[4]),
      ...fillers.map((text) => say(service, room, text)),
    ])
  }
  await allTranslated(test)
  return { room, doomed, others, ids }
}

/** Erases in every way. */
async function erase(test: TestService, { client }: ServiceProcess, { room, doomed, ids }: Talk): Promise<void> {
  const [author = '', , , moderator = '', leaver = ''] = room.memberIds
  const edit = (messageId: string, index: number) =>
    client.update({ messageId, userId: author, content: textOf(filler, 1_000 + index), originalLanguage: 'fr' })
  const remove = (messageId: string, userId: string) => client.remove({ messageId, userId })
  await Promise.all((ids.edited ?? []).map(edit))
  await Promise.all((ids.deleted ?? []).map((id) => remove(id, author)))
  await Promise.all((ids.moderated ?? []).map((id) => remove(id, moderator)))
  await test.people.conversation.delete({ where: { id: doomed.conversationId } })
  await client.eraseConversation({ conversationId: doomed.conversationId })
  await test.people.user.update({ where: { id: leaver }, data: { deactivatedAt: new Date() } })
  await client.eraseUserMessages({ userId: leaver })
}

async function say(
  { client }: ServiceProcess,
  { conversationId, memberIds }: Talk['room'],
  content: string,
  senderId = memberIds[0] ?? '',
) {
  const request = { conversationId, senderId, content, clientMessageId: newId(), originalLanguage: 'fr' }
  return (await client.create(request)).message
}

function allTranslated({ people }: TestService): Promise<void> {
  const none = async () => (await people.messageTranslation.count({ where: { status: 'pending' } })) === 0
  return waitFor(none, { what: 'all translations', timeoutMs: 60_000 })
}

/** From a few words to about 600 characters: rows of which a page holds some. */
function textOf(word: string, index: number): string {
  return `Voici ${word} pour la ${index}e fois${' et encore quelques mots'.repeat((index * 7) % 25)}.`
}

function wordOf(line: string): string {
  return line.slice(line.indexOf(':') + 1)
}
