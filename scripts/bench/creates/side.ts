import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@meeshy/shared/database/open'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import type { Figures } from '../lib/figures.js'
import { createRoom } from '../lib/room.js'
import type { Side } from '../lib/turns.js'
import type { SideName, SideOptions } from './side-process.js'

const script = fileURLToPath(new URL('./side-process.ts', import.meta.url))

/**
 * A way to write messages, on a database and in a process of its own: what one leaves for the garbage collector is not
 * paid by another.
 *
 * @param count messages that each round writes
 */
export async function startSide(name: SideName, count: number): Promise<{ side: Side; close(): Promise<void> }> {
  const { url, remove } = await createTestDatabase()
  const people = await openDatabase(url)
  const room = await createRoom(people, ['fr', 'en', 'de', 'es'])
  await people.$disconnect()
  const options = JSON.stringify({ name, url, room } satisfies SideOptions)
  const child = fork(script, [options], { execArgv: ['-C', '@meeshy/source', '--import', 'tsx'] })
  await once(child, 'message')
  return {
    side: async () => {
      child.send(count)
      const [figures] = (await once(child, 'message')) as [Figures]
      return figures
    },
    close: async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
      await remove()
    },
  }
}
