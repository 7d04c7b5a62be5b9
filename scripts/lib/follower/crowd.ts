import type { Language } from '@meeshy/shared/languages'
import { ChatClient } from '../chat-client.js'
import { Author, type Texts } from '../durability/author.js'
import type { Ledger } from '../durability/ledger.js'
import { phrasebookSentences } from '../phrasebook.js'
import type { Random } from '../random.js'
import { Follower } from './follower.js'
import type { OwnServices } from './own-services.js'
import { socketDoor } from './socket-door.js'

/** The gateway refuses when too many passwords are to be hashed at once. */
const registeredAtOnce = 8

/** Registers somebody for each language. */
export async function registerAll(gatewayUrl: string, languages: readonly Language[]): Promise<ChatClient[]> {
  const people: ChatClient[] = []
  while (people.length < languages.length) {
    const some = languages.slice(people.length, people.length + registeredAtOnce)
    const register = (language: Language) => ChatClient.register(gatewayUrl, { displayName: language, language })
    people.push(...(await Promise.all(some.map(register))))
  }
  return people
}

/** A follower of somebody, connected to the gateway itself. */
export function follow({ gatewayUrl }: Pick<OwnServices, 'gatewayUrl'>, person: ChatClient): Follower {
  const follower = new Follower({ socketUrl: gatewayUrl, person })
  follower.start()
  return follower
}

/** Sentences that the starter model knows, so many different ones that the translation memory soon knows them too. */
export function fewSentences(language: Language, count: number, random: Random): Texts {
  const sentences = phrasebookSentences(language).slice(0, count)
  return { language, next: () => random.pick(sentences) ?? '' }
}

/** Somebody who writes, edits, deletes and reads over their socket until they may stop. */
export function keepWriting(
  follower: Follower,
  place: { conversationId: string; ledger: Ledger; random: Random; texts: Texts; pause: () => Promise<unknown> },
) {
  const author = new Author(follower.userId, [place.conversationId], place.ledger, place.random, place.texts)
  const door = socketDoor(follower)
  let isOver = false
  const work = (async () => {
    while (!isOver) {
      await author.next()(door)
      await place.pause()
    }
  })()
  work.catch(() => {}) // whoever waits for the end sees it
  return {
    work,
    finish(): Promise<void> {
      isOver = true
      return work
    },
  }
}
