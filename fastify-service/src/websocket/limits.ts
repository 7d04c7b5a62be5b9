import type { Config } from '../config.js'

/** What one socket may cost, and how long things take. */
export interface SocketLimits {
  heartbeatMs: number
  /** How long a socket may stay without a token. */
  authenticationMs: number
  /** How often the sessions of all open sockets are looked up. */
  sessionCheckMs: number
  socketsPerUser: number
  socketsPerAddress: number
  /** Received and not yet answered; one more is refused with `overloaded`. */
  framesInFlight: number
  /** Not yet taken by the client; beyond either the socket is closed as a slow consumer. */
  maxBufferedBytes: number
  maxQueuedFrames: number
  /** A socket that sends this many times the allowed rate is closed. */
  floodFactor: number
}

export function socketLimits(config: Config): SocketLimits {
  return {
    heartbeatMs: config.SOCKET_HEARTBEAT_MS,
    authenticationMs: config.SOCKET_AUTHENTICATION_MS,
    sessionCheckMs: 5_000,
    socketsPerUser: config.SOCKETS_PER_USER,
    socketsPerAddress: config.SOCKETS_PER_ADDRESS,
    framesInFlight: 32,
    maxBufferedBytes: config.SOCKET_QUEUED_BYTES,
    maxQueuedFrames: config.SOCKET_QUEUED_FRAMES,
    floodFactor: 5,
  }
}
