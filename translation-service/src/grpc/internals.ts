import { constants, type ServerHttp2Stream } from 'node:http2'
import { type Metadata, type Server, ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js'

// The two places where grpc-js offers nothing, and this service reaches into it. Tests see it when they have moved.

const streams = new WeakMap<Metadata, ServerHttp2Stream>()

/** Remembers the HTTP/2 stream of every call by its metadata. Must be the first interceptor: it is given grpc-js's own call. */
export const rememberStream: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start(next) {
      next({
        onReceiveMetadata(metadata, pass) {
          const stream: unknown = Reflect.get(call, 'stream')
          if (isStream(stream)) streams.set(metadata, stream)
          pass(metadata)
        },
      })
    },
  })

/**
 * Ends a call at once and forgets what its caller has not taken; a caller who is still there is told RESOURCE_EXHAUSTED.
 * A status would wait behind the bytes that are not taken, for as long as the caller likes.
 */
export function cutOff({ metadata }: { metadata: Metadata }): void {
  const stream = streams.get(metadata)
  stream?.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
  stream?.destroy()
}

/** Makes methods that do not exist pass the interceptors like others; grpc-js answers them before. */
export function interceptUnknownMethods(server: Server): void {
  const handlers: unknown = Reflect.get(server, 'handlers')
  if (!(handlers instanceof Map)) throw new Error('grpc-js keeps its handlers somewhere else')
  const find = handlers.get.bind(handlers)
  handlers.get = (path: string) => find(path) ?? unknownMethod
}

const unknownMethod = {
  // Answers without waiting for a message.
  type: 'clientStream',
  path: 'unknown',
  func: (_call: unknown, callback: (failure: object) => void) =>
    callback({ code: status.UNIMPLEMENTED, details: 'There is no such method.' }),
  serialize: () => Buffer.alloc(0),
  deserialize: () => ({}),
}

function isStream(value: unknown): value is ServerHttp2Stream {
  return typeof value === 'object' && value !== null && 'close' in value && 'destroy' in value
}
