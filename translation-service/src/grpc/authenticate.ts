import { createHash, timingSafeEqual } from 'node:crypto'
import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js'
import type { Logger } from '@meeshy/shared/logging'
import { problemToStatus } from '@meeshy/shared/messaging/problem-status'
import { Problem } from '@meeshy/shared/problems'
import type { Config } from '../config.js'

/** Orchestrators ask it and have no token. */
const open = '/grpc.health.v1.Health/'

/** Refuses every call without a service token, the standard health service excepted, before anything of it is read. */
export function authenticate(tokens: ServiceTokens, log: Logger): ServerInterceptor {
  const isValid = tokenCheck(tokens)
  return ({ path }, call) =>
    new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, pass) {
            if (path.startsWith(open) || isValid(metadata)) return pass(metadata)
            log.debug('a call without the service token was refused', { path, peer: call.getPeer() })
            call.sendStatus(problemToStatus(new Problem('unauthenticated', 'The service token is missing or wrong.')))
          },
        })
      },
    })
}

type ServiceTokens = Pick<Config, 'SERVICE_TOKEN' | 'SERVICE_TOKEN_PREVIOUS'>

/** Takes equally long whichever token is given, of whatever length, and whether there are one or two valid ones. */
function tokenCheck({ SERVICE_TOKEN, SERVICE_TOKEN_PREVIOUS }: ServiceTokens): (metadata: Metadata) => boolean {
  const current = digestOf(`Bearer ${SERVICE_TOKEN}`)
  const previous = digestOf(`Bearer ${SERVICE_TOKEN_PREVIOUS || SERVICE_TOKEN}`)
  return (metadata) => {
    const given = digestOf(String(metadata.get('authorization')[0] ?? ''))
    const isCurrent = timingSafeEqual(given, current)
    const isPrevious = timingSafeEqual(given, previous)
    return isCurrent || isPrevious
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
