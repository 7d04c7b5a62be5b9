import { fileURLToPath } from 'node:url'
import { MeasuredProcess } from '../lib/measured-process.js'
import type { Order, Place } from './crowd-process.js'
import type { Lost, Said } from './members.js'

const script = fileURLToPath(new URL('./crowd-process.ts', import.meta.url))

/** Thousands of connections to one gateway, in a process of their own. */
export class Crowd {
  private constructor(private readonly process: MeasuredProcess<object>) {}

  /** Connects everybody. */
  static async seat(place: Place): Promise<Crowd> {
    const crowd = new Crowd(await MeasuredProcess.start(script))
    await crowd.process.ask({ sit: place } satisfies Order)
    return crowd
  }

  /** The first so many take nothing any more, as when their network has gone. */
  goDeaf(count: number): Promise<void> {
    return this.process.ask({ goDeaf: count } satisfies Order)
  }

  /** Those who are deaf take again what is still to come; resolves when all have found out what became of them. */
  hearAgain(): Promise<Lost> {
    return this.process.ask({ hearAgain: true } satisfies Order)
  }

  /** Those who listen say so many messages, in turns; resolves when all who listen have heard them. */
  say(conversationId: string, messages: number, perSecond: number): Promise<Said> {
    return this.process.ask({ say: { conversationId, messages, perSecond } } satisfies Order)
  }

  stop(): Promise<void> {
    return this.process.stop()
  }
}
