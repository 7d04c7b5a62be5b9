import { connectivityState } from '@grpc/grpc-js'
import type { MessagingServiceClient } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MessagingService'
import type { Logger } from '@meeshy/shared/logging'

export type LinkState = 'ready' | 'connecting' | 'down'

/** A lost link that is not back after this long counts as down, and calls fail at once. */
const connectingLimitMs = 250

/** A channel can stay in CONNECTING for ever (grpc-node#2785), so one that is not ready by then is replaced. */
const replaceAfterMs = 4_000

/** A peer that cuts every answer off is asked again after this long. */
const probeAgainMs = 500

interface LinkOptions {
  /** Makes a client with a channel of its own. */
  create(): MessagingServiceClient
  /** Whether the peer answers a cheap call, within a deadline; `lost` when the connection broke under it. */
  probe(client: MessagingServiceClient): Promise<'answered' | 'silent' | 'lost'>
  /** Called after the channel was replaced; what still runs on the old one should move. */
  onReplaced(): void
  log: Logger
}

/**
 * The channel to the translation service: watched, kept connecting, and replaced when it is stuck. A peer that stopped
 * (SIGSTOP, a hung database) stays connected, as its kernel still takes our bytes; so one call without an answer brings
 * the link down at once, and only an answer to a probe brings it back.
 */
export class Link {
  readonly #options: LinkOptions
  #client: MessagingServiceClient
  #state: LinkState = 'connecting'
  #doubted = false
  #downTimer: NodeJS.Timeout | undefined
  #replaceTimer: NodeJS.Timeout | undefined
  #probeTimer: NodeJS.Timeout | undefined
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

  /** To be told when a call got no answer in time, or was repeated in vain. */
  noteSilence(): void {
    if (this.#doubted || this.#closed) return
    this.#doubted = true
    this.#become('down')
    void this.#probe()
  }

  close(): void {
    this.#closed = true
    this.#disarm()
    clearTimeout(this.#probeTimer)
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
      if (!this.#doubted) this.#become('ready')
      else if (!this.#probeTimer) void this.#probe()
      return
    }
    if (connectivity === connectivityState.TRANSIENT_FAILURE) this.#become('down')
    else if (this.#state === 'ready') this.#become('connecting')
    this.#downTimer ??= setTimeout(() => this.#become('down'), connectingLimitMs)
    this.#replaceTimer ??= setTimeout(() => this.#replace(), replaceAfterMs)
  }

  /** Without a connection there is nothing to ask; the next one is asked at once. */
  async #probe(): Promise<void> {
    const client = this.#client
    this.#probeTimer = undefined
    if (this.#closed || !this.#doubted || !isConnected(client)) return
    const outcome = await this.#options.probe(client)
    if (this.#closed || client !== this.#client) return
    if (outcome === 'answered') {
      this.#doubted = false
      if (isConnected(client)) this.#become('ready')
    } else if (outcome === 'silent') this.#replace()
    else this.#probeTimer ??= setTimeout(() => void this.#probe(), probeAgainMs)
  }

  #replace(): void {
    const old = this.#client
    this.#disarm()
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

function isConnected(client: MessagingServiceClient): boolean {
  return client.getChannel().getConnectivityState(true) === connectivityState.READY
}
