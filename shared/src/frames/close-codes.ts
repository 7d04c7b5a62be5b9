/** Close codes of the contract, beside those of RFC 6455 itself. */
export const closeCodes = {
  restart: 1012,
  tokenExpired: 4001,
  revoked: 4003,
  slowConsumer: 4008,
  tooManyConnections: 4009,
  authenticationTimeout: 4010,
  flooding: 4029,
} as const
