import { Problem } from '@meeshy/shared/problems'
import fastifyPlugin from 'fastify-plugin'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Bodies are JSON in well-formed UTF-8, and nothing else. A client may announce JSON and send nothing, as many do
 * with an empty POST.
 */
export const jsonBody = fastifyPlugin(async (app) => {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined)
    const text = decode(body)
    if (text === null) return done(new Problem('bad_request', 'The body is not well-formed UTF-8.'))
    return parse(request, text, done)
  })
})

function decode(body: Buffer): string | null {
  try {
    return utf8.decode(body)
  } catch {
    return null
  }
}
