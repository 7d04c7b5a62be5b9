import { parseArgs } from 'node:util'
import type { Language } from '@meeshy/shared/languages'
import { readHistory } from '../../translation-service/src/store/messages.js'
import { runCommand } from '../lib/command.js'
import { inProcess, overGrpc, printGrowth, type Subject } from './lib/growth.js'

const limit = 50

/**
 * Whether a page of history costs the same in a long conversation: `npm run bench:history`. Pages of 50 from the store
 * and over gRPC, in conversations whose messages have nine translations each.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '1000,100000,1000000' },
      pages: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '5' },
      folder: { type: 'string' },
    },
  })
  const pages = Number(values.pages)
  const subjects = [
    fromStore('newest', 'en', pages),
    fromStore('before', 'en', pages),
    fromStore('after', 'en', pages),
    fromStore('newest', 'all', pages),
    fromStore('before', 'all', pages),
    fromService('newest', pages),
    fromService('before', pages),
    fromService('after', pages),
  ]
  const sizes = values.sizes.split(',').map(Number)
  await printGrowth(`page of ${limit}`, subjects, { sizes, rounds: Number(values.rounds), folder: values.folder })
  return 0
})

/** Which page: the newest, or one somewhere. */
type Place = 'newest' | 'before' | 'after'

function fromStore(place: Place, translations: Language | 'all', pages: number): Subject {
  return {
    title: `store: ${place}, ${translations === 'all' ? 'nine languages' : 'one language'}`,
    figures: ['cpu'],
    side: ({ history, database }) => {
      const { conversationId } = history.large
      const next = places(place, history.size)
      return inProcess(pages, () => readHistory(database, { conversationId, limit, translations, ...next() }))
    },
  }
}

function fromService(place: Place, pages: number): Subject {
  return {
    title: `gRPC: ${place}`,
    figures: ['cpu', 'p50'],
    side: ({ history, service, client }) => {
      const { conversationId, memberIds } = history.large
      const next = places(place, history.size)
      return overGrpc(service, pages, () =>
        client.list({ conversationId, userId: memberIds[1] ?? '', limit, ...next() }),
      )
    },
  }
}

/** Places all over a conversation, so that no page is in a cache because it was read a moment ago. */
function places(place: Place, size: number): () => { before?: number; after?: number } {
  if (place === 'newest') return () => ({})
  const stride = 7_919
  let number = 0
  return () => {
    number = (number + stride) % (size - 2 * limit)
    return { [place]: number + limit }
  }
}
