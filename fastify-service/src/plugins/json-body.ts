import { Problem } from '@meeshy/shared/problems'
import fastifyPlugin from 'fastify-plugin'
import { repeatedName } from './repeated-names.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Bodies are JSON in well-formed UTF-8, and nothing else. A client may announce JSON and send nothing, as many do
 * with an empty POST. An object that names a field twice is refused: whoever stands in front may have read the other
 * one.
 */
export const jsonBody = fastifyPlugin(async (app) => {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (!saysUtf8(request.headers['content-type'])) return done(new Problem('media_type_unsupported', 'Send UTF-8.'))
    if (body.length === 0) return done(null, undefined)
    const text = decode(body)
    if (text === null) return done(new Problem('bad_request', 'The body is not well-formed UTF-8.'))
    return parse(request, text, (error, value) => {
      if (error) return done(error)
      if (repeatedName(text) !== null) return done(new Problem('bad_request', 'The body names a field twice.'))
      return done(null, value)
    })
  })
})

function decode(body: Buffer): string | null {
  try {
    return utf8.decode(body)
  } catch {
    return null
  }
}

/** JSON has no other charset, so one that is named has to be this. */
function saysUtf8(contentType = ''): boolean {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1]
  return charset === undefined || /^utf-?8$/i.test(charset)
}
