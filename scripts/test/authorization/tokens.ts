import { createHmac } from 'node:crypto'
import { newId } from '@meeshy/shared/ids'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** An access token as the gateway makes them. */
export function accessToken(secret: string, session: { id: string; userId: string; expiresAt: Date }): string {
  const exp = Math.floor(session.expiresAt.getTime() / 1000)
  const claims = { iss: 'meeshy', aud: 'meeshy-clients', sub: session.userId, sid: session.id, jti: newId(), exp }
  const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ ...claims, iat: exp - 3600 })}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}
