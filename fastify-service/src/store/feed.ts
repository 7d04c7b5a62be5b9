import type { GatewayDatabase, GatewayTables } from './database.js'

const consumer = 'gateway'

/** A transaction holds the database for everybody, so it stays short. */
const roomsPerTransaction = 100

/** Where the gateway stood in the event feed when it last wrote it down; empty the first time. */
export async function readFeedCursor(tables: GatewayTables): Promise<string> {
  return (await tables.feedCursor.findUnique({ where: { consumer } }))?.cursor ?? ''
}

/**
 * Writes down the place in the feed, and when the conversations that were touched on the way there were last active.
 * The cursor comes last: after a crash some events are handled again, and none is missed.
 */
export async function storeFeedProgress(
  database: GatewayDatabase,
  { cursor, activity }: { cursor: string; activity: ReadonlyMap<string, Date> },
): Promise<void> {
  const touched = [...activity]
  for (let start = 0; start < touched.length; start += roomsPerTransaction) {
    await database.transaction(async (tables) => {
      for (const [id, lastActivityAt] of touched.slice(start, start + roomsPerTransaction)) {
        await tables.conversation.updateMany({
          where: { id, lastActivityAt: { lt: lastActivityAt } },
          data: { lastActivityAt },
        })
      }
    })
  }
  await database.feedCursor.upsert({ where: { consumer }, create: { consumer, cursor }, update: { cursor } })
}
