import { setTimeout as sleep } from 'node:timers/promises'
import { closeCodes } from '@meeshy/shared/frames/close-codes'
import type { ServerFrame } from '@meeshy/shared/frames/server-frames'
import type { Connection } from './connection.js'
import { Flusher } from './delivery/flusher.js'
import { encode, type Outgoing } from './delivery/outgoing.js'

/** How long a closing gateway waits for frames under way, and again for clients to answer the close. */
const closeStepMs = 500
/** Clients come back after a random part of this, so that they do not all come at once. */
const returnWithinMs = 5_000

const nobody: ReadonlySet<Connection> = new Set()

/** The open sockets of everybody who is signed in, by person and by session. */
export class Hub {
  readonly flusher = new Flusher()
  readonly #byUser = new Map<string, Set<Connection>>()
  readonly #sessionOf = new Map<Connection, { userId: string; sessionId: string }>()
  #closed: Promise<void> | undefined

  /** Adds a socket under its holder; again after they signed in with another session. */
  add(connection: Connection): void {
    const { holder } = connection
    if (!holder) throw new TypeError('a socket without a holder cannot join the hub')
    this.remove(connection)
    const { userId, sessionId } = holder
    this.#sessionOf.set(connection, { userId, sessionId })
    const theirs = this.#byUser.get(userId)
    if (theirs) theirs.add(connection)
    else this.#byUser.set(userId, new Set([connection]))
  }

  remove(connection: Connection): void {
    const userId = this.#sessionOf.get(connection)?.userId
    if (userId === undefined) return
    this.#sessionOf.delete(connection)
    const theirs = this.#byUser.get(userId)
    theirs?.delete(connection)
    if (theirs?.size === 0) this.#byUser.delete(userId)
  }

  /** All devices of a person that are connected now. */
  connectionsOf(userId: string): ReadonlySet<Connection> {
    return this.#byUser.get(userId) ?? nobody
  }

  connections(): Iterable<Connection> {
    return this.#sessionOf.keys()
  }

  /** The sessions that have a socket here, each once. */
  sessionIds(): string[] {
    return [...new Set([...this.#sessionOf.values()].map(({ sessionId }) => sessionId))]
  }

  /** How many sockets are open. */
  get count(): number {
    return this.#sessionOf.size
  }

  /** Nobody is let in any more. */
  get closing(): boolean {
    return this.#closed !== undefined
  }

  /** Sends a frame, made once, to every device of these people. */
  tell(userIds: Iterable<string>, frame: ServerFrame): void {
    let outgoing: Outgoing | undefined
    for (const userId of userIds) {
      for (const connection of this.connectionsOf(userId)) {
        outgoing ??= encode(frame)
        connection.write(outgoing)
      }
    }
  }

  /** A conversation is no longer these people's: what waits for them of it is dropped. */
  leave(userIds: Iterable<string>, conversationId: string): void {
    for (const userId of userIds) {
      for (const connection of this.connectionsOf(userId)) connection.leave(conversationId)
    }
  }

  /** Closes the sockets of a session, for instance because of a sign-out. */
  disconnectSession(sessionId: string): void {
    for (const [connection, session] of this.#sessionOf) {
      if (session.sessionId === sessionId) connection.close(closeCodes.revoked, 'session ended')
    }
  }

  /** Closes the sockets of somebody whose sessions have all ended. */
  disconnectUser(userId: string): void {
    for (const connection of [...this.connectionsOf(userId)]) connection.close(closeCodes.revoked, 'session ended')
  }

  /** Closes every socket with a hint when to come back: what it was told in `hello` holds no more. */
  sendAway(): void {
    for (const connection of this.connections()) connection.close(closeCodes.restart, restartReason())
  }

  /** Lets frames under way finish, sends everybody away with a hint when to come back, and cuts who does not go. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll()
    return this.#closed
  }

  async #closeAll(): Promise<void> {
    await Promise.all([...this.connections()].map((connection) => connection.drain(closeStepMs)))
    this.sendAway()
    const deadline = performance.now() + closeStepMs
    while (this.count > 0 && performance.now() < deadline) await sleep(10)
    for (const connection of this.connections()) connection.terminate()
  }
}

/** Reason of a close with 1012: how long to stay away, different for everybody. */
export function restartReason(): string {
  return JSON.stringify({ retryAfterMs: Math.round(500 + Math.random() * (returnWithinMs - 500)) })
}
