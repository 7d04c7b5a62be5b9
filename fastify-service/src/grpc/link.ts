import { connectivityState } from '@grpc/grpc-js'
import type { MessagingServiceClient } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MessagingService'
import type { Logger } from '@meeshy/shared/logging'

export type LinkState = 'ready' | 'connecting' | 'down'

/** A lost link that is not back after this long counts as down, and calls fail at once. */
const connectingLimitMs = 250

/** A channel can stay in CONNECTING for ever (grpc-node#2785), so one that is not ready by then is replaced. */
const replaceAfterMs = 4_000

/** That many calls in a row without an answer: the peer is stopped, though its kernel still takes our bytes. */
const unansweredLimit = 2

interface LinkOptions {
  /** Makes a client with a channel of its own. */
  create(): MessagingServiceClient
  /** Called after the channel was replaced; what still runs on the old one should move. */
  onReplaced(): void
  log: Logger
}

/** The channel to the translation service: watched, kept connecting, and replaced when it is stuck. */
export class Link {
  readonly #options: LinkOptions
  #client: MessagingServiceClient
  #state: LinkState = 'connecting'
  #unanswered = 0
  #downTimer: NodeJS.Timeout | undefined
  #replaceTimer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#client = options.create()
    this.#watch(this.#client)
  }

  get client(): MessagingServiceClient {
    return this.#client
  }

  get state(): LinkState {
    return this.#state
  }

  /** To be told after every call, whether the peer gave any answer within the deadline. */
  noteAnswer(answered: boolean): void {
    this.#unanswered = answered ? 0 : this.#unanswered + 1
    if (this.#unanswered >= unansweredLimit && !this.#closed) this.#replace()
  }

  close(): void {
    this.#closed = true
    this.#disarm()
    this.#client.close()
  }

  #watch(client: MessagingServiceClient): void {
    const channel = client.getChannel()
    const look = () => {
      if (this.#closed || client !== this.#client) return
      // `true` makes an idle channel connect again without waiting for a call.
      const connectivity = channel.getConnectivityState(true)
      this.#enter(connectivity)
      channel.watchConnectivityState(connectivity, Number.POSITIVE_INFINITY, look)
    }
    look()
  }

  #enter(connectivity: connectivityState): void {
    if (connectivity === connectivityState.READY) {
      this.#disarm()
      this.#unanswered = 0
      this.#become('ready')
      return
    }
    if (connectivity === connectivityState.TRANSIENT_FAILURE) this.#become('down')
    else if (this.#state === 'ready') this.#become('connecting')
    this.#downTimer ??= setTimeout(() => this.#become('down'), connectingLimitMs)
    this.#replaceTimer ??= setTimeout(() => this.#replace(), replaceAfterMs)
  }

  #replace(): void {
    const old = this.#client
    this.#disarm()
    this.#unanswered = 0
    if (this.#state === 'ready') this.#become('connecting')
    this.#client = this.#options.create()
    old.close()
    this.#watch(this.#client)
    this.#options.onReplaced()
  }

  #become(state: LinkState): void {
    if (state === this.#state) return
    this.#state = state
    if (state === 'ready') this.#options.log.info('The translation service is connected')
    if (state === 'down') this.#options.log.warn('The translation service does not answer')
  }

  #disarm(): void {
    clearTimeout(this.#downTimer)
    clearTimeout(this.#replaceTimer)
    this.#downTimer = undefined
    this.#replaceTimer = undefined
  }
}
