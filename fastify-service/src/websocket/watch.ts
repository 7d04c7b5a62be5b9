import { findLiveSessions } from '../store/sessions/live-sessions.js'
import type { Sockets } from './sockets.js'

/** Pings every socket and looks up all their sessions, again and again, until the returned function is called. */
export function watchSockets(sockets: Sockets): () => void {
  const { limits } = sockets
  const heartbeat = setInterval(() => beatAll(sockets), limits.heartbeatMs)
  let checking = false
  const sessionCheck = setInterval(async () => {
    if (checking) return
    checking = true
    await closeEndedSessions(sockets)
    checking = false
  }, limits.sessionCheckMs)
  return () => {
    clearInterval(heartbeat)
    clearInterval(sessionCheck)
  }
}

function beatAll({ context }: Sockets): void {
  for (const connection of context.hub.connections()) connection.beat()
}

/** A session can end in another process; one query for all of them finds out. */
async function closeEndedSessions({ context }: Sockets): Promise<void> {
  const { hub, database, log } = context
  const ids = hub.sessionIds()
  if (ids.length === 0) return
  try {
    const live = await findLiveSessions(database, ids)
    for (const id of ids) if (!live.has(id)) hub.disconnectSession(id)
  } catch (error) {
    log.warn('The sessions of the open sockets could not be looked up', { error })
  }
}
