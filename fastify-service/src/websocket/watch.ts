import { setImmediate as nextTurn } from 'node:timers/promises'
import { closeCodes } from '@meeshy/shared/frames/close-codes'
import { Slices } from './delivery/slices.js'
import type { Sockets } from './sockets.js'

/** A socket outlives its token by this at most, in milliseconds. */
const expiryCheckMs = 500

/** Pings every socket and looks up their tokens and sessions, again and again, until the returned function is called. */
export function watchSockets(sockets: Sockets): () => void {
  const { limits } = sockets
  const heartbeat = setInterval(() => void beatAll(sockets), limits.heartbeatMs)
  const expiry = setInterval(() => closeExpired(sockets), expiryCheckMs)
  let checking = false
  const sessionCheck = setInterval(async () => {
    if (checking) return
    checking = true
    await closeEndedSessions(sockets)
    checking = false
  }, limits.sessionCheckMs)
  return () => {
    clearInterval(heartbeat)
    clearInterval(expiry)
    clearInterval(sessionCheck)
  }
}

async function beatAll({ context }: Sockets): Promise<void> {
  const slices = new Slices()
  for (const connection of [...context.hub.connections()]) {
    connection.beat()
    if (!slices.isOver()) continue
    await nextTurn()
    slices.restart()
  }
}

/** A fresh token may have come meanwhile, so that the time is looked at and not waited for. */
function closeExpired({ context }: Sockets): void {
  const now = Date.now()
  for (const connection of context.hub.connections()) {
    if (connection.holder && connection.holder.expiresAt.getTime() <= now) {
      connection.close(closeCodes.tokenExpired, 'token expired: refresh, then come back')
    }
  }
}

/** A session can end in another process; one query for all of them finds out. */
async function closeEndedSessions({ context }: Sockets): Promise<void> {
  const { hub, reads, log } = context
  const ids = hub.sessionIds()
  if (ids.length === 0) return
  try {
    const live = await reads.liveSessions(ids)
    for (const id of ids) if (!live.has(id)) hub.disconnectSession(id)
  } catch (error) {
    log.warn('The sessions of the open sockets could not be looked up', { error })
  }
}
