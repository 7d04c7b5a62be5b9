import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClientMessage } from '@meeshy/shared/frames/client-message'
import type { Language } from '@meeshy/shared/languages'
import { ChatSocket, NotAcknowledged } from './chat-socket.js'
import { request } from './rest-client.js'

export interface Profile {
  displayName: string
  language: Language
  understood?: Language[]
}

const maxAttempts = 5
const pauseMs = 500

/** A new person of a gateway, with their own connection once `connect` was called. */
export class ChatClient {
  #socket: ChatSocket | undefined

  private constructor(
    readonly gatewayUrl: string,
    readonly profile: Profile,
    readonly id: string,
    readonly token: string,
  ) {}

  /** Registers somebody under a name that is not taken. */
  static async register(gatewayUrl: string, profile: Profile): Promise<ChatClient> {
    const username = `${asciiName(profile.displayName)}_${randomBytes(5).toString('hex')}`
    const { user, accessToken } = await request<{ user: { id: string }; accessToken: string }>(
      gatewayUrl,
      'POST',
      '/api/auth/register',
      {
        body: {
          username,
          email: `${username}@example.org`,
          password: randomBytes(18).toString('base64url'),
          displayName: profile.displayName,
          preferredLanguage: profile.language,
          ...(profile.understood ? { understoodLanguages: profile.understood } : {}),
        },
      },
    )
    return new ChatClient(gatewayUrl, profile, user.id, accessToken)
  }

  get socket(): ChatSocket {
    if (!this.#socket) throw new Error(`${this.profile.displayName} is not connected`)
    return this.#socket
  }

  async connect(): Promise<void> {
    this.#socket = await ChatSocket.connect(this.gatewayUrl, this.token)
  }

  async disconnect(): Promise<void> {
    await this.#socket?.close()
  }

  /** Makes a group conversation with others. @returns its id */
  async createConversation(title: string, others: readonly ChatClient[]): Promise<string> {
    const body = { type: 'group', title, memberIds: others.map(({ id }) => id) }
    const { id } = await this.request<{ id: string }>('POST', '/api/conversations', body)
    return id
  }

  /**
   * Sends a message by the socket, again and again while messages are not available: the same `clientMessageId`
   * makes it one message.
   *
   * @returns the data of its ack
   */
  async say(conversationId: string, content: string, clientMessageId: string = randomUUID()): Promise<ClientMessage> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const data = await this.socket.send('message.send', { conversationId, content, clientMessageId })
        return data as ClientMessage
      } catch (error) {
        const passing = error instanceof NotAcknowledged && error.problem?.status === 503
        if (!passing || attempt === maxAttempts) throw error
        await delay(pauseMs)
      }
    }
  }

  /** Asks the gateway by REST, as this person. */
  request<Result>(method: string, path: string, body?: object): Promise<Result> {
    return request(this.gatewayUrl, method, path, { token: this.token, ...(body ? { body } : {}) })
  }
}

function asciiName(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase()
}
