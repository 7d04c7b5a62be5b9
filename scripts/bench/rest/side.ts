import { fileURLToPath } from 'node:url'
import { MeasuredProcess } from '../lib/measured-process.js'
import type { Side } from '../lib/turns.js'
import { type Answer, RestClient } from './client.js'
import type { SideName, SideOptions } from './side-process.js'
import type { Stage } from './stage.js'

const script = fileURLToPath(new URL('./side-process.ts', import.meta.url))

export interface SideSettings {
  fromMemory: boolean
  /** The folder where it writes what it did with its processor time, for each thread a file. */
  profiles: string | undefined
}

/** A server in a process of its own, asked over connections that stay open. */
export class RestSide {
  private constructor(
    private readonly process: MeasuredProcess<{ port: number }>,
    private readonly client: RestClient,
  ) {}

  static async start(
    name: SideName,
    { environment, token }: Stage,
    { fromMemory, profiles }: SideSettings,
  ): Promise<RestSide> {
    const process = await MeasuredProcess.start<{ port: number }>(script, {
      options: { name, fromMemory, token } satisfies SideOptions,
      environment,
      // Its lines are written all the same, to nowhere.
      silent: true,
      nodeArguments: profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}/${name}`],
    })
    return new RestSide(process, new RestClient(process.ready.port, token))
  }

  /** What it answers. */
  answer(path: string): Promise<Answer> {
    return this.client.get(path)
  }

  /** What a request costs it, measured over so many; each has to be answered with the same bytes. */
  requests(path: string, count: number): Side {
    return async () => {
      const { body } = await this.client.get(path)
      const cpu = await this.process.cpuOf(() => this.client.getMany(path, count, body))
      return { cpu: cpu / count }
    }
  }

  async stop(): Promise<void> {
    this.client.close()
    await this.process.stop()
  }
}
