/** What one socket may cost, and how long things take. Tests shorten the times. */
export interface SocketLimits {
  heartbeatMs: number
  /** How long a socket may stay without a token. */
  authenticationMs: number
  /** How often the sessions of all open sockets are looked up. */
  sessionCheckMs: number
  socketsPerUser: number
  /** Received and not yet answered; one more is refused with `overloaded`. */
  framesInFlight: number
  /** Not yet taken by the client; beyond either the socket is closed as a slow consumer. */
  maxBufferedBytes: number
  maxQueuedFrames: number
  /** A socket that sends this many times the allowed rate is closed. */
  floodFactor: number
}

export const socketLimits: SocketLimits = {
  heartbeatMs: 25_000,
  authenticationMs: 5_000,
  sessionCheckMs: 1_000,
  socketsPerUser: 10,
  framesInFlight: 32,
  maxBufferedBytes: 1024 * 1024,
  maxQueuedFrames: 512,
  floodFactor: 5,
}
