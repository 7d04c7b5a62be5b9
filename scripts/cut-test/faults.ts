import type { FaultyProxy } from '../lib/follower/faulty-proxy.js'
import type { Follower } from '../lib/follower/follower.js'
import type { Random } from '../lib/random.js'

/** A reader and the line that breaks under them. */
export interface Cuttable {
  follower: Follower
  proxy: FaultyProxy
}

const longestStallMs = 300
const shortestAwayMs = 1_000
const longestAwayMs = 4_000

/** Ways in which a line breaks; some of them only the next one. */
export const faults = {
  reset: ({ proxy }: Cuttable) => proxy.reset(),
  'half-open': ({ proxy }: Cuttable) => proxy.silence(),
  'mid-frame': ({ proxy }: Cuttable, random: Random) => proxy.cutInside(random.next()),
  'late, then reset': ({ proxy }: Cuttable, random: Random) => {
    const stallMs = random.integer(1, longestStallMs)
    proxy.stall(stallMs)
    setTimeout(() => proxy.reset(), stallMs + random.integer(0, 5))
  },
  'mid-handshake': ({ proxy }: Cuttable, random: Random) => {
    proxy.cutNextHandshake(random.next())
    proxy.reset()
  },
  'after hello': (cuttable: Cuttable) => cutAfter(cuttable, 'hello'),
  'before what was missed': (cuttable: Cuttable) => cutAfter(cuttable, 'ack'),
  'amid what was missed': (cuttable: Cuttable) => cutAfter(cuttable, 'resumed'),
  away: ({ proxy }: Cuttable, random: Random) => proxy.away(random.integer(shortestAwayMs, longestAwayMs)),
} satisfies Record<string, (cuttable: Cuttable, random: Random) => void>

export type Fault = keyof typeof faults

/** Half-open lines and long absences take their time, so that they are rarer. */
const often: Fault[] = ['reset', 'mid-frame', 'late, then reset', 'mid-handshake']
const onReturn: Fault[] = ['after hello', 'before what was missed', 'amid what was missed']
const wheel: Fault[] = [...often, ...often, ...onReturn, ...onReturn, 'half-open', 'away']

export function pickFault(random: Random): Fault {
  return random.pick(wheel) as Fault
}

/** Resets the line now, and the next one when this frame has come and was not looked at yet. */
function cutAfter({ proxy, follower }: Cuttable, type: 'hello' | 'ack' | 'resumed'): void {
  proxy.reset()
  follower.watch = (frame) => {
    if (frame.type !== type) return
    follower.watch = () => {}
    proxy.reset()
    follower.cut()
  }
}
