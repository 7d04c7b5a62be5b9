import { Problem } from '@meeshy/shared/problems'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

/** Refuses requests that are valid HTTP and still written in a way that nobody needs, before anybody reads them. */
export const framing = fastifyPlugin(async (app) => {
  app.addHook('onRequest', (request, _reply, done) => done(flawOf(request)))
  app.addHook('onResponse', (request, _reply, done) => {
    closeRefusedUpgrade(request)
    done()
  })
  // Node would answer expectations that it does not know with an empty 417; they may be ignored as well.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
})

/** The WebSocket plugin closes the connections that it refuses, but knows nothing of those refused before its hooks. */
export function closeRefusedUpgrade({ raw, ws }: FastifyRequest): void {
  // Node sets it, but its types do not say so.
  const { upgrade } = raw as { upgrade?: boolean }
  if (upgrade && !ws) raw.socket.destroySoon()
}

function flawOf({ headers, raw }: FastifyRequest): Problem | undefined {
  const { host, 'content-encoding': encoding = 'identity', 'transfer-encoding': transfer = 'chunked' } = headers
  if (host === undefined && raw.httpVersion === '1.1') {
    return new Problem('bad_request', 'Name the host: HTTP/1.1 asks for a Host header.')
  }
  // A small compressed body can be a huge one.
  if (encoding.toLowerCase() === 'identity' && transfer.toLowerCase() === 'chunked') return undefined
  return new Problem('media_type_unsupported', 'Send the body as it is: compressed ones are not read.')
}
