// The process of a side: opens its writer, and answers every number with the cost of writing so many messages more.
import { costOf } from '../lib/cost.js'
import type { BenchRoom } from '../lib/room.js'
import { draft, type Writer } from './drafts.js'
import { openPrismaRowSide, openPrismaSide } from './prisma-sides.js'
import { openRawSide } from './raw-side.js'
import { openStoreRowSide, openStoreSide } from './store-sides.js'

const openers = {
  store: openStoreSide,
  storeRow: openStoreRowSide,
  prisma: openPrismaSide,
  prismaRow: openPrismaRowSide,
  bare: openRawSide,
} satisfies Record<string, (url: string) => Promise<Writer>>

export type SideName = keyof typeof openers

export interface SideOptions {
  name: SideName
  url: string
  room: BenchRoom
}

const { name, url, room } = JSON.parse(process.argv[2] ?? '') as SideOptions
const writer = await openers[name](url)
process.on('message', async (count: number) => {
  const drafts = Array.from({ length: count }, (_, number) => draft(room, number))
  process.send?.(await costOf(count, () => writer.write(drafts)))
})
process.once('disconnect', async () => {
  await writer.close()
  process.exit()
})
process.send?.('ready')
