import { createHmac } from 'node:crypto'
import type { PrismaClient } from '@meeshy/shared/generated/prisma/client'
import { newId } from '@meeshy/shared/ids'

const lifetimeMs = 3_600_000

/** Opens a session for each of these people, as a sign-in would. @returns their access tokens, in the same order */
export async function signAllIn(
  database: PrismaClient,
  userIds: readonly string[],
  jwtSecret: string,
): Promise<string[]> {
  const expiresAt = new Date(Date.now() + lifetimeMs)
  const sessions = userIds.map((userId) => ({ id: newId(), userId, expiresAt }))
  await database.session.createMany({ data: sessions })
  return sessions.map((session) => accessToken(session, jwtSecret))
}

function accessToken({ id, userId, expiresAt }: { id: string; userId: string; expiresAt: Date }, secret: string) {
  const seconds = (ms: number) => Math.floor(ms / 1000)
  const claims = { iss: 'meeshy', aud: 'meeshy-clients', jti: newId(), sub: userId, sid: id }
  const times = { iat: seconds(Date.now()), exp: seconds(expiresAt.getTime()) }
  const parts = [
    { alg: 'HS256', typ: 'JWT' },
    { ...claims, ...times },
  ]
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}
