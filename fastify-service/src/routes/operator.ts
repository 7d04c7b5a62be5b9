import type { FastifyRequest } from 'fastify'

const proxyHeader = /^(forwarded|via|x-real-ip|x-forwarded-.*)$/
const loopbackAddress = /^(127\.|::1$|::ffff:127\.)/
/** A name of a web site that points here would let its visitors' browsers ask. */
const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

/** From this machine, by a name of it, and through no proxy, behind which everybody would be local. */
export function isOperator({ headers, socket }: FastifyRequest): boolean {
  if (Object.keys(headers).some((name) => proxyHeader.test(name))) return false
  return loopbackHost.test(headers.host ?? '') && loopbackAddress.test(socket.remoteAddress ?? '')
}
