import { newId } from '@meeshy/shared/ids'
import { inFolder } from '../lib/durability/folder.js'
import { LoneService } from '../lib/durability/lone-service.js'
import { createPeople } from '../lib/durability/people.js'
import { parseCalls, type SystemCall } from './calls.js'
import { Trace } from './trace.js'

const watchedCalls = 'trace=pwrite64,fsync,fdatasync,write,sendmsg,writev'
const syncs = new Set(['fsync', 'fdatasync'])
const answers = new Set(['write', 'sendmsg', 'writev'])

export interface SyncOrder {
  messages: number
  /** Messages that were written to the write-ahead log before their answer was written to the socket. */
  written: number
  /** Of these, how many lay on the disk by then: a sync of the log ended between the last write and the answer. */
  synced: number
}

/**
 * Watches the system calls of the service while messages are created one by one. To kill a process proves nothing about
 * syncs, because what it has written outlives it; only what it asks of the system does.
 */
export async function runSyncOrder(messages: number): Promise<SyncOrder> {
  return inFolder(async (folder) => {
    const service = await LoneService.prepare(folder)
    const { userIds, conversationIds } = await createPeople(service.databaseUrl, 1, 1)
    const [senderId = '', conversationId = ''] = [...userIds, ...conversationIds]
    await service.process.start()
    const client = service.connect()
    try {
      const contents = Array.from({ length: messages }, () => `sync ${newId()}`)
      const trace = await Trace.attach(service.process.pid, ['-e', watchedCalls])
      for (const content of contents) await client.create({ conversationId, senderId, content, originalLanguage: 'en' })
      const calls = parseCalls(await trace.detach())
      const orders = contents.map((content) => orderOf(calls, content, service.walFile))
      const count = (order: Order) => orders.filter((one) => one === order).length
      return { messages, written: count('written') + count('synced'), synced: count('synced') }
    } finally {
      client.close()
      await service.process.kill()
    }
  })
}

type Order = 'unseen' | 'written' | 'synced'

/** What the trace shows of the message with this content. */
function orderOf(calls: readonly SystemCall[], content: string, log: string): Order {
  const answer = calls.find(({ name, target, text }) => answers.has(name) && target !== log && text.includes(content))
  if (!answer) return 'unseen'
  const before = calls.filter(({ end, target }) => target === log && end < answer.begin)
  if (!before.some(({ name, text }) => name === 'pwrite64' && text.includes(content))) return 'unseen'
  const lastWrite = before.findLast(({ name }) => name === 'pwrite64')
  const sync = before.find(
    ({ name, begin, result }) => syncs.has(name) && result === 0 && begin > (lastWrite?.end ?? 0),
  )
  return sync ? 'synced' : 'written'
}
