import type { Logger } from '@meeshy/shared/logging'
import type { LoopDelay } from '@meeshy/shared/loop-delay'
import type { Attempts } from './auth/attempts.js'
import type { Passwords } from './auth/passwords.js'
import type { RefreshTokens } from './auth/refresh-tokens.js'
import type { Config } from './config.js'
import type { Gate } from './gate.js'
import type { Messaging } from './grpc/messaging.js'
import type { Rooms } from './store/conversations/rooms.js'
import type { GatewayDatabase } from './store/database.js'
import type { Reads } from './store/reads.js'
import type { Presence } from './websocket/awareness/presence.js'
import type { Receipts } from './websocket/awareness/receipts.js'
import type { Typing } from './websocket/awareness/typing.js'
import type { Hub } from './websocket/hub.js'

/** Everything reachable from a route or a frame handler, and nothing else is. */
export interface Context {
  config: Config
  log: Logger
  /** How late this process is. */
  loopDelay: LoopDelay
  database: GatewayDatabase
  /** What is asked of the database most often, quicker. */
  reads: Reads
  /** Hashes and checks passwords, a few at a time. */
  passwords: Passwords
  /** Counts wrong passwords and tokens. */
  attempts: Attempts
  /** Makes refresh tokens, and knows its own again. */
  refreshTokens: RefreshTokens
  /** Messages: the only door to them. */
  messaging: Messaging
  /** Who is in a conversation and what each of them reads, cached. */
  rooms: Rooms
  /** The open sockets, by user. */
  hub: Hub
  /** Who is here, for those who may know. */
  presence: Presence
  /** Who is typing where. */
  typing: Typing
  /** How far people have read, as it was told. */
  receipts: Receipts
  /** Lets a few clients at a time read what they have missed. */
  replays: Gate
}
