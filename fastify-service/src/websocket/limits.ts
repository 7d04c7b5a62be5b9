import { smallRoomMembers } from '@meeshy/shared/frames/server-frames'
import type { Config } from '../config.js'

/** What one frame may be. Frames are small: nobody needs to send one in pieces, and each piece costs memory. */
export const frameLimits = { maxFrameBytes: 64 * 1024, maxFragments: 64 }

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

/** Who is told of presence, typing and reading, how often, and how long it holds. */
export interface AwarenessLimits {
  /** Larger rooms are left out: every change would be told to thousands. */
  smallRoomMembers: number
  /** Nobody gets more than one frame of presence in this time. */
  presenceEveryMs: number
  /** Whoever comes back in this time was never offline. */
  presenceGraceMs: number
  /** No conversation tells of typing more than once in this time. */
  typingEveryMs: number
  /** How long somebody is typing who does not say it again. */
  typingMs: number
}

export const awarenessLimits: AwarenessLimits = {
  smallRoomMembers,
  presenceEveryMs: 1_000,
  presenceGraceMs: 3_000,
  typingEveryMs: 500,
  typingMs: 6_000,
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
