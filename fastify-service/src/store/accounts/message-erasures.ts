import type { GatewayTables } from '../database.js'

// Deleted accounts have no username, so the unique key of it holds their state: whose messages still have to be erased
// is found by its index, also after a crash. No username has a colon.
const erased = 'deleted:'
const unerased = 'deleting:'

/** More of them wait for the next round. */
const foundAtOnce = 100

/** Key of a deleted account whose messages stay, or are being erased. */
export function erasedKey(id: string): string {
  return `${erased}${id}`
}

/** Key of a deleted account whose messages the translation service has not yet promised to erase. */
export function unerasedKey(id: string): string {
  return `${unerased}${id}`
}

/** Deleted people whose messages nobody has promised to erase yet. */
export async function findUnerased(tables: Pick<GatewayTables, 'user'>): Promise<string[]> {
  const rows = await tables.user.findMany({
    where: { usernameKey: { gte: unerased, lt: `${unerased}\u{10ffff}` } },
    take: foundAtOnce,
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}

/** The translation service has promised it. */
export async function settleErasure(tables: Pick<GatewayTables, 'user'>, id: string): Promise<void> {
  await tables.user.updateMany({
    where: { usernameKey: unerasedKey(id) },
    data: { usernameKey: erasedKey(id) },
  })
}
