import { newId } from '@meeshy/shared/ids'
import { quantile } from '../lib/figures.js'
import { atRate } from '../lib/load.js'
import type { BenchRoom } from '../lib/room.js'
import type { BenchService } from '../lib/service.js'
import type { Side } from '../lib/turns.js'
import { Subscribers } from './subscribers.js'

/** The cursor of the beginning of the log. */
export async function startOf(service: BenchService): Promise<string> {
  const subscribers = await Subscribers.open(service, 1, '')
  const [cursor = ''] = subscribers.cursors
  subscribers.close()
  return cursor.replace(/\d+$/, '0')
}

/** Reads the whole log, so many at once; each delivery counts. */
export function catchUp(service: BenchService, count: number, cursor: string, events: number): Side {
  return async () => {
    const startedAt = performance.now()
    const cpu = await service.cpuOf(async () => {
      const subscribers = await Subscribers.open(service, count, cursor)
      await subscribers.received(events)
      subscribers.close()
    })
    const deliveries = count * events
    return { cpu: cpu / deliveries, perSecond: (1000 * deliveries) / (performance.now() - startedAt) }
  }
}

/** Writes at a fixed rate. Latency is from the moment a message was due until a subscriber has it. */
export function follow(service: BenchService, count: number, room: BenchRoom, rate: number, seconds: number): Side {
  const { conversationId, writerId: senderId } = room
  return async () => {
    const client = service.connect()
    const due = new Map<string, number>()
    const latencies: number[] = []
    const subscribers = await Subscribers.open(service, count, '', ({ message }) => {
      const dueAt = due.get(message?.clientMessageId ?? '')
      if (dueAt !== undefined) latencies.push(performance.now() - dueAt)
    })
    const messages = Math.ceil(rate * seconds)
    const startedAt = performance.now()
    const cpu = await service.cpuOf(async () => {
      await atRate(messages, rate, (index, dueAt) => {
        const clientMessageId = newId()
        due.set(clientMessageId, dueAt)
        const content = `À demain à dix heures, numéro ${index}`
        return client.create({ conversationId, senderId, clientMessageId, content, originalLanguage: 'fr' })
      })
      await subscribers.received(messages)
    })
    const elapsedMs = performance.now() - startedAt
    subscribers.close()
    client.close()
    if (count === 0) return { cpu: cpu / messages }
    const perSecond = (1000 * count * messages) / elapsedMs
    return { cpu: cpu / messages, perSecond, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) }
  }
}
