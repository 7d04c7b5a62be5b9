import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ContractClient } from '@meeshy/shared/testing/contract-client'
import type { CpuUsage, Ports } from './service-process.js'

const script = fileURLToPath(new URL('./service-process.ts', import.meta.url))
const serviceToken = 'a-service-token-for-benchmarks-0123456789'

/** The translation service as a process of its own, with a model that takes no time. */
export class BenchService {
  private constructor(
    private readonly child: ChildProcess,
    private readonly ports: Ports,
  ) {}

  /** Starts it on a database that is there. */
  static async start(databaseUrl: string): Promise<BenchService> {
    const child = fork(script, {
      env: { ...process.env, DATABASE_URL: databaseUrl, SERVICE_TOKEN: serviceToken, LOG_LEVEL: 'fatal', LOG_DIR: '' },
      execArgv: ['-C', '@meeshy/source', '--import', 'tsx'],
    })
    const [ports] = (await once(child, 'message')) as [Ports]
    return new BenchService(child, ports)
  }

  get address(): { host: string; port: number; serviceToken: string } {
    return { host: '127.0.0.1', port: this.ports.service, serviceToken }
  }

  connect(): ContractClient {
    return new ContractClient(this.address, serviceToken)
  }

  /** To a server that answers GetMessage with an empty message and has nothing else behind its border. */
  connectToBare(): ContractClient {
    return new ContractClient({ host: '127.0.0.1', port: this.ports.bare }, serviceToken)
  }

  /** Microseconds of processor time that the process takes for some work, all of its threads together. */
  async cpuOf(work: () => Promise<unknown>): Promise<number> {
    const before = await this.#cpu()
    await work()
    return (await this.#cpu()) - before
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await ended
  }

  async #cpu(): Promise<number> {
    this.child.send('cpu')
    const [{ user, system }] = (await once(this.child, 'message')) as [CpuUsage]
    return user + system
  }
}
