import type { Environment, Service } from './services.js'
import { SupervisedService, type Watcher } from './supervised-service.js'

export interface SupervisorOptions extends Pick<Watcher, 'line' | 'notice'> {
  environment: Environment
  /** How long a service that ended is left alone; doubles every time it does not last. */
  firstBackoffMs?: number
}

/** Keeps services running until it is told to stop, or until one of them never gets ready. */
export class Supervisor {
  /** Resolves once every service has been ready. */
  readonly ready: Promise<void>
  /** Resolves with the service that never got ready. */
  readonly givenUp: Promise<Service>
  readonly #services: SupervisedService[]
  readonly #waitingFor: Set<Service>

  constructor(services: Service[], { environment, line, notice, firstBackoffMs = 1000 }: SupervisorOptions) {
    let allReady: () => void
    let giveUp: (service: Service) => void
    this.ready = new Promise((resolve) => {
      allReady = resolve
    })
    this.givenUp = new Promise((resolve) => {
      giveUp = resolve
    })
    this.#waitingFor = new Set(services)
    const watcher: Watcher = {
      line,
      notice,
      ready: (service) => {
        notice(`${service.name} is ready`)
        this.#waitingFor.delete(service)
        if (this.#waitingFor.size === 0) allReady()
      },
      givenUp: (service) => giveUp(service),
    }
    this.#services = services.map((service) => new SupervisedService(service, environment, watcher, firstBackoffMs))
    // Services have no terminal and no life of their own: whatever ends this process ends them.
    process.once('exit', this.#killAll)
  }

  readonly #killAll = () => {
    for (const service of this.#services) service.kill()
  }

  /** The services that have not been ready yet. */
  get waitingFor(): Service[] {
    return [...this.#waitingFor]
  }

  start(): void {
    for (const service of this.#services) service.start()
  }

  /** Ends every service in good order; kills what is left after 10 s, or when `hurry` comes. */
  async stop(hurry: AbortSignal = new AbortController().signal): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop(hurry)))
    process.off('exit', this.#killAll)
  }
}
