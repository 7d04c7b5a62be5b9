import { ServerCredentials } from '@grpc/grpc-js'
import type { Config } from '../config.js'

/** TLS where there is a certificate; without one the settings allow no address that others can reach. */
export function serverCredentials({ grpcIdentity }: Pick<Config, 'grpcIdentity'>): ServerCredentials {
  if (!grpcIdentity) return ServerCredentials.createInsecure()
  return ServerCredentials.createSsl(null, [{ cert_chain: grpcIdentity.certificate, private_key: grpcIdentity.key }])
}
