import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import { request } from '../rest-client.js'

/** What a member is told of a conversation. */
export interface Conversation {
  id: string
  version: number
  title: string | null
  role: string
  memberCount: number
  members: { user: { id: string }; role: string }[]
}

/** Where a conversation stands for its reader; null while messages are not available. */
export interface Standing {
  id: string
  version: number
  lastSeq: number | null
  lastEventSeq: number | null
  readSeq: number | null
  unreadCount: number | null
}

interface Page<Item> {
  data: Item[]
  page: { nextCursor: string | null }
}

/** The gateway by REST, as one person sees it. Every call throws RequestRefused. */
export class PersonalRest {
  constructor(
    private readonly gatewayUrl: string,
    private readonly token: string,
  ) {}

  call<Result>(method: string, path: string, body?: object): Promise<Result> {
    return request(this.gatewayUrl, method, path, { token: this.token, ...(body ? { body } : {}) })
  }

  conversation(id: string): Promise<Conversation> {
    return this.call('GET', `/api/conversations/${id}`)
  }

  /** All conversations, the archived ones as well. */
  standings(): Promise<Standing[]> {
    return this.#all((cursor) => `/api/conversations?limit=200${cursor ? `&cursor=${cursor}` : ''}`)
  }

  /** The whole history, the first message first. */
  async history(conversationId: string): Promise<ClientMessage[]> {
    const path = `/api/conversations/${conversationId}/messages?limit=200`
    const messages = await this.#all<ClientMessage>((before) => `${path}${before ? `&before=${before}` : ''}`)
    return messages.sort((a, b) => a.seq - b.seq)
  }

  async #all<Item>(pathOf: (cursor: string | null) => string): Promise<Item[]> {
    const items: Item[] = []
    let cursor: string | null = null
    do {
      const { data, page }: Page<Item> = await this.call('GET', pathOf(cursor))
      items.push(...data)
      cursor = page.nextCursor
    } while (cursor !== null)
    return items
  }
}
