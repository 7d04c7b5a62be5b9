import { fileURLToPath } from 'node:url'
import { ContractClient } from '@meeshy/shared/testing/contract-client'
import { MeasuredProcess } from './measured-process.js'
import type { Ports } from './service-process.js'

const script = fileURLToPath(new URL('./service-process.ts', import.meta.url))
const serviceToken = 'a-service-token-for-benchmarks-0123456789'

/** The translation service as a process of its own, with a model that takes no time. */
export class BenchService {
  private constructor(private readonly process: MeasuredProcess<Ports>) {}

  /** Starts it on a database that is there. */
  static async start(databaseUrl: string): Promise<BenchService> {
    const environment = { DATABASE_URL: databaseUrl, SERVICE_TOKEN: serviceToken, LOG_LEVEL: 'fatal', LOG_DIR: '' }
    return new BenchService(await MeasuredProcess.start<Ports>(script, { environment }))
  }

  get address(): { host: string; port: number; serviceToken: string } {
    return { host: '127.0.0.1', port: this.process.ready.service, serviceToken }
  }

  connect(): ContractClient {
    return new ContractClient(this.address, serviceToken)
  }

  /** To a server that answers GetMessage with an empty message and has nothing else behind its border. */
  connectToBare(): ContractClient {
    return new ContractClient({ host: '127.0.0.1', port: this.process.ready.bare }, serviceToken)
  }

  /** Microseconds of processor time that the process takes for some work, all of its threads together. */
  cpuOf(work: () => Promise<unknown>): Promise<number> {
    return this.process.cpuOf(work)
  }

  stop(): Promise<void> {
    return this.process.stop()
  }
}
