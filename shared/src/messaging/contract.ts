import { fileURLToPath } from 'node:url'
import { loadPackageDefinition } from '@grpc/grpc-js'
import { loadSync, type PackageDefinition } from '@grpc/proto-loader'
import type { ProtoGrpcType } from '../generated/proto/messaging.js'

const protoFile = fileURLToPath(new URL('../../proto/messaging.proto', import.meta.url))

/** Must say the same as the flags in generate.mjs, or the types lie. */
export const packageDefinition: PackageDefinition = loadSync(protoFile, {
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
})

const root = loadPackageDefinition(packageDefinition) as unknown as ProtoGrpcType

/** Constructor of the generated client; `MessagingService.service` is the definition for the server. */
export const MessagingService = root.meeshy.messaging.v1.MessagingService

export const serviceName = 'meeshy.messaging.v1.MessagingService'

/** Metadata keys of the contract, beside `authorization`. */
export const metadataKeys = {
  requestId: 'x-request-id',
  problemCode: 'problem-code',
  problemDetail: 'problem-detail',
  retryAfterSeconds: 'retry-after-seconds',
} as const

/** Where a gRPC server is found; the colons of an IPv6 address must not look like one before a port. */
export function addressOf({ host, port }: { host: string; port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
