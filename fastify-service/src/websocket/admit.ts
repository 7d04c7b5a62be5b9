import { closeCodes } from '@meeshy/shared/frames/close-codes'
import type { HelloData } from '@meeshy/shared/frames/server-frames'
import { isPassing } from '@meeshy/shared/messaging/problem-status'
import type { Connection, Holder } from './connection.js'
import { restartReason } from './hub.js'
import type { Sockets } from './sockets.js'

/** The client fetches the rest of its conversations by REST. */
const helloConversations = 200

/**
 * Lets somebody in, or extends their stay: the socket is theirs, gets their events from now on, and is greeted with
 * `hello`. It joins the hub before hello is made, so that nothing falls between the two; what comes up waits.
 */
export async function admit(sockets: Sockets, connection: Connection, holder: Holder): Promise<void> {
  const { hub, reads, presence } = sockets.context
  // It may have left while its token was looked up; nothing would take it out of the hub again.
  if (!connection.open) return
  if (hub.closing) return connection.close(closeCodes.restart, restartReason())
  const theirs = hub.connectionsOf(holder.userId)
  const open = [...theirs].filter((one) => one.open).length
  if (!theirs.has(connection) && open >= sockets.limits.socketsPerUser) {
    return connection.close(closeCodes.tooManyConnections, 'too many connections')
  }
  connection.hold(holder)
  hub.add(connection)
  try {
    // Whoever ended the session since it was looked at found no socket to close.
    const live = await reads.liveSessions([holder.sessionId])
    if (!live.has(holder.sessionId)) return connection.close(closeCodes.revoked, 'session ended')
    const [data] = await Promise.all([makeHello(sockets, connection.id, holder.userId), presence.enter(holder.userId)])
    connection.greet({ type: 'hello', data })
    presence.greet(connection)
  } catch (error) {
    sockets.context.log.error('A socket could not be greeted', { error, connectionId: connection.id })
    connection.close(closeCodes.restart, restartReason())
  }
}

async function makeHello({ context, limits }: Sockets, connectionId: string, userId: string): Promise<HelloData> {
  const recent = await context.reads.recentConversations(userId, helloConversations)
  const ids = recent.map(({ id }) => id)
  const ends = await context.messaging.lastEvents(userId, ids).catch(unlessUnavailable)
  return {
    connectionId,
    userId,
    epoch: context.messaging.epoch ?? '',
    heartbeatMs: limits.heartbeatMs,
    conversations: Object.fromEntries(
      recent.map(({ id, version }) => [id, { version, lastEventSeq: ends?.get(id) ?? null }]),
    ),
  }
}

/** Without messages the rest of the gateway goes on. */
function unlessUnavailable(error: unknown): null {
  if (isPassing(error)) return null
  throw error
}
