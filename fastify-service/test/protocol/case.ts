/**
 * Something put on the wire by somebody who is signed in, and all that the server says to it, in any order but for
 * the close: `ack REF`, `error CODE`, `pong HEX`, `close CODE`. After a case without a close the socket works on.
 */
export interface ProtocolCase {
  name: string
  /** Written one after the other; `apart` gives every one a packet of its own. */
  bytes: Buffer[]
  apart?: boolean
  /** Nothing, when absent. */
  expects?: string[]
  /** How the client leaves in the middle of a frame; the server lets go of it without a word. */
  leaves?: 'end' | 'reset'
  /** The server cuts the line without a close, as of a flood; what it said before does not matter. */
  isCut?: boolean
}

export function ack(ref: string): string {
  return `ack ${ref}`
}

export function pong(payload: Buffer | string = ''): string {
  return `pong ${Buffer.from(payload).toString('hex')}`
}

export const close = (code: number): string => `close ${code}`
export const error = (code: string): string => `error ${code}`
