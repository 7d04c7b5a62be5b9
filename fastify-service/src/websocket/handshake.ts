import { Problem } from '@meeshy/shared/problems'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** The only one there is (RFC 6455, 4.1); the library would take drafts, and other ways to write the number. */
const version = '13'
const key = /^[+/0-9A-Za-z]{22}==$/
const name = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Refuses what is no handshake of RFC 6455; the library's own refusals are no problems, and in no log. */
export function checkHandshake({ raw, headers }: FastifyRequest, reply: FastifyReply): void {
  // For those who are refused; whoever is let in never sees it.
  reply.header('sec-websocket-version', version)
  if (raw.httpVersion !== '1.1') refuse('WebSocket begins with HTTP/1.1.')
  if (headers.upgrade?.toLowerCase() !== 'websocket') refuse('The Upgrade header has to be "websocket".')
  if (headers['sec-websocket-version'] !== version) refuse('Sec-WebSocket-Version has to be 13.')
  if (!key.test(headers['sec-websocket-key'] ?? '')) refuse('Sec-WebSocket-Key has to be 16 bytes in base64.')
  const protocols = protocolsOf(headers['sec-websocket-protocol'])
  if (!protocols.every((one) => name.test(one)) || new Set(protocols).size < protocols.length) {
    refuse('Sec-WebSocket-Protocol is a list of different names.')
  }
}

/** The subprotocols that a client offers. */
export function protocolsOf(header: string | undefined): string[] {
  return header?.split(',').map((protocol) => protocol.trim()) ?? []
}

function refuse(detail: string): never {
  throw new Problem('bad_request', detail)
}
