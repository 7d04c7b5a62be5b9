import { readEnvironment } from '@meeshy/shared/config'
import { migrate } from '@meeshy/shared/database/migrate'
import { databaseFile } from '@meeshy/shared/database/url'
import { ContractClient } from '@meeshy/shared/testing/contract-client'
import { NodeService } from '../node-service.js'
import { type Configs, loadConfigs, servicesOf } from '../services.js'
import { ownSettings } from '../stage.js'
import { compileTranslation } from './compile.js'

/** The translation service alone, without a gateway: a process on a database of its own. */
export class LoneService {
  private constructor(
    readonly process: NodeService,
    private readonly config: Configs['translation'],
  ) {}

  /** Prepares everything but the start; the database comes into `folder`. */
  static async prepare(folder: string): Promise<LoneService> {
    const environment = { ...readEnvironment(), ...(await ownSettings(folder)), LOG_LEVEL: 'fatal', LOG_DIR: '' }
    const configs = loadConfigs(environment)
    await migrate(configs.translation.DATABASE_URL)
    const home = servicesOf(configs).find(({ name }) => name === 'translation')?.folder ?? ''
    return new LoneService(new NodeService(home, environment, await compileTranslation()), configs.translation)
  }

  get databaseUrl(): string {
    return this.config.DATABASE_URL
  }

  get databaseFile(): string {
    return databaseFile(this.config.DATABASE_URL)
  }

  /** The log that commits are written to. */
  get walFile(): string {
    return `${this.databaseFile}-wal`
  }

  /** A client with a connection of its own. */
  connect(): ContractClient {
    const { GRPC_HOST: host, GRPC_PORT: port, SERVICE_TOKEN } = this.config
    return new ContractClient({ host, port }, SERVICE_TOKEN)
  }
}
