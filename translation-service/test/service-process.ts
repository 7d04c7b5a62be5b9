import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ContractClient } from '@meeshy/shared/testing/contract-client'
import type { TestService } from './start-service.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The real service with a fake model, as a process that can be killed. */
export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly client: ContractClient,
  ) {}

  /** Takes the place of a test's service, which goes on playing the gateway. */
  static async replace(test: TestService, settings: Record<string, string> = {}): Promise<ServiceProcess> {
    await test.stop()
    const { serviceToken } = test.address
    const child = fork('test/serve-fake.ts', {
      cwd: root,
      env: { ...process.env, DATABASE_URL: test.url, SERVICE_TOKEN: serviceToken, LOG_DIR: '', ...settings },
      execArgv: ['-C', '@meeshy/source', '--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const [port] = (await once(child, 'message')) as [number]
    return new ServiceProcess(child, new ContractClient({ host: '127.0.0.1', port }, serviceToken))
  }

  /** As the test's own service leaves it: closed in order. */
  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  /** kill -9: no handler runs, nothing is finished. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.client.close()
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    this.child.kill(signal)
    await ended
  }
}
