import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ask } from '../lib/ask.js'
import type { ChatClient } from '../lib/chat-client.js'
import { runCommand } from '../lib/command.js'
import { openRoom } from '../lib/room.js'
import { ownStage, type Stage } from '../lib/stage.js'
import { quantile } from './lib/figures.js'
import { atRate } from './lib/load.js'

/**
 * How long a send takes until its ack while the model works: `npm run bench:ack`. Sends come at a fixed rate, whether
 * or not the last ack is there, and latency counts from the moment a send was due. Every text is new, so each message
 * costs the model three languages.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: { sends: { type: 'string', default: '500' }, rate: { type: 'string', default: '25' } },
  })
  const stage = await ownStage({ LOG_LEVEL: 'warn', SOCKET_SENDS_PER_10S: '100000', SOCKET_FRAMES_PER_10S: '100000' })
  try {
    const room = await openBench(stage)
    await warmUp(room)
    const watch = watchLoops(stage)
    const { latencies, refused } = await sendAtRate(room, Number(values.sends), Number(values.rate))
    const translatedDuring = room.translations()
    const loops = await watch.stop()
    console.table({
      'ack, ms': quantiles(latencies),
      'gateway event loop delay, ms': loops.gateway,
      'translation event loop delay, ms': loops.translation,
    })
    console.log(
      `${values.sends} sends at ${values.rate}/s, ${refused} refused; ${translatedDuring} translations reached readers meanwhile`,
    )
    return refused === 0 ? 0 : 1
  } finally {
    await stage.close()
  }
})

async function openBench({ gatewayUrl }: Stage) {
  const { conversationId, writer, readers, nextText } = await openRoom(gatewayUrl)
  const outcomesOf = ({ socket }: ChatClient) =>
    socket.received.filter(({ frame }) => frame.type.startsWith('message.transl')).length
  return {
    // Not `say`, which tries again: a refused send counts as one here.
    send: () =>
      writer.socket.send('message.send', { conversationId, content: nextText(), clientMessageId: randomUUID() }),
    /** Outcomes that reached readers so far. */
    translations: () => readers.reduce((sum, reader) => sum + outcomesOf(reader), 0),
  }
}

type Bench = Awaited<ReturnType<typeof openBench>>

/** The model is loaded by the first text. */
async function warmUp(room: Bench): Promise<void> {
  await room.send()
  while (room.translations() < 3) await delay(20)
}

async function sendAtRate(room: Bench, sends: number, rate: number) {
  let refused = 0
  const latencies = await atRate(sends, rate, () =>
    room.send().catch(() => {
      refused += 1
    }),
  )
  return { latencies, refused }
}

/** Reads both services' own figures once a second; each covers the last 10 to 20 s. */
function watchLoops({ gatewayUrl, translationUrl }: Stage) {
  const samples: { gateway: Loop[]; translation: Loop[] } = { gateway: [], translation: [] }
  const read = async () => {
    samples.gateway.push(await loopOf(gatewayUrl))
    samples.translation.push(await loopOf(translationUrl))
  }
  const timer = setInterval(() => void read(), 1000)
  return {
    async stop() {
      clearInterval(timer)
      await read()
      return { gateway: worst(samples.gateway), translation: worst(samples.translation) }
    },
  }
}

interface Loop {
  p50: number
  p99: number
  max: number
}

async function loopOf(url: string): Promise<Loop> {
  const answer = await ask(`${url}/health`)
  return (answer?.body as { eventLoopDelayMs?: Loop } | undefined)?.eventLoopDelayMs ?? { p50: 0, p99: 0, max: 0 }
}

/** The samples of the second half: the first ones still see the start of the services. */
function worst(samples: Loop[]): Loop {
  const half = samples.slice(samples.length >> 1)
  const most = (pick: (loop: Loop) => number) => Math.max(...half.map(pick))
  return { p50: most((loop) => loop.p50), p99: most((loop) => loop.p99), max: most((loop) => loop.max) }
}

function quantiles(values: number[]): Loop {
  const at = (share: number) => Math.round(quantile(values, share) * 10) / 10
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
