import { fileURLToPath } from 'node:url'
import { MeasuredProcess } from '../lib/measured-process.js'
import type { DialectName } from './dialects.js'
import type { ServiceAddress } from './ways.js'

const script = fileURLToPath(new URL('./audience-process.ts', import.meta.url))

/** Who sits down, and where. */
export interface Seating {
  dialect: DialectName
  port: number
  /** Each with one connection. */
  people: { userId: string; token: string; conversationIds: string[] }[]
  /** The translation service behind it; none where there is none. */
  service?: ServiceAddress
}

/** What they say: messages at a fixed rate, whether or not the last one has come. */
export interface Play {
  /** In turns. */
  conversationIds: string[]
  messages: number
  perSecond: number
  /** So many are said at once, each by somebody else, and then there is a pause. */
  atOnce: number
  /** They say it elsewhere: another gateway would write it at the translation service, and the server hears of it. */
  elsewhere?: boolean
}

/** What came of it. Times are in milliseconds from the moment that a message was due. */
export interface Heard {
  /** Messages that reached somebody; all did, once and in order. */
  deliveries: number
  /** Of their JSON, without framing. */
  bytes: number
  /** Frames that came of messages later, for instance their translations. */
  others: number
  /** Until a message was acknowledged; none where the server does not. */
  ackMs: number[]
  /** Until the last one had it; none where acks do not say which it is. */
  lastMs: number[]
}

/** Everybody who is connected to one server, in a process of their own. */
export class Audience {
  private constructor(private readonly process: MeasuredProcess<object>) {}

  /** Connects everybody. */
  static async seat(seating: Seating): Promise<Audience> {
    const audience = new Audience(await MeasuredProcess.start(script))
    await audience.process.ask({ seating })
    return audience
  }

  /** Lets them speak, and waits until everybody has heard everything. */
  hear(play: Play): Promise<Heard> {
    return this.process.ask({ play })
  }

  stop(): Promise<void> {
    return this.process.stop()
  }
}
