import { readEnvironment } from '@meeshy/shared/config'
import { migrate } from '@meeshy/shared/database/migrate'
import { databaseFile } from '@meeshy/shared/database/url'
import { compile } from '../durability/compile.js'
import { inFolder } from '../durability/folder.js'
import { NodeService } from '../node-service.js'
import { type Environment, loadConfigs, servicesOf } from '../services.js'
import { ownSettings } from '../stage.js'

/** Both services as processes of their own, on a database of their own. */
export interface OwnServices {
  gateway: NodeService
  translation: NodeService
  gatewayUrl: string
  gatewayPort: number
  databaseFile: string
}

/** How often sockets are pinged, so that a dead line is noticed soon. */
const heartbeatMs = 400
const unlimited = '1000000'

const testSettings = {
  LOG_LEVEL: 'fatal',
  LOG_DIR: '',
  BCRYPT_COST: '4',
  RATE_LIMIT_PER_MINUTE: unlimited,
  ADDRESS_RATE_LIMIT_PER_MINUTE: unlimited,
  AUTH_RATE_LIMIT_PER_MINUTE: unlimited,
  SOCKET_SENDS_PER_10S: unlimited,
  SOCKET_FRAMES_PER_10S: unlimited,
  SOCKETS_PER_USER: '1000',
  SOCKETS_PER_ADDRESS: unlimited,
  SOCKET_HEARTBEAT_MS: String(heartbeatMs),
  MAX_EVENT_LOOP_DELAY_MS: '0',
} satisfies Environment

/** Works with both services, compiled as for production and without limits on what one client may ask. */
export async function withServices<Result>(
  work: (services: OwnServices) => Promise<Result>,
  settings: Environment = {},
): Promise<Result> {
  return inFolder(async (folder) => {
    const services = await prepare(folder, settings)
    const { gateway, translation } = services
    try {
      await translation.start()
      await gateway.start()
      return await work(services)
    } finally {
      await Promise.all([gateway.kill(), translation.kill()])
    }
  })
}

async function prepare(folder: string, settings: Environment): Promise<OwnServices> {
  const environment = { ...readEnvironment(), ...(await ownSettings(folder)), ...testSettings, ...settings }
  const configs = loadConfigs(environment)
  await migrate(configs.gateway.DATABASE_URL)
  const [gatewayPlace, translationPlace] = servicesOf(configs)
  if (!gatewayPlace || !translationPlace) throw new Error('there are two services')
  return {
    gateway: new NodeService(gatewayPlace.folder, environment, await compile('fastify-service')),
    translation: new NodeService(translationPlace.folder, environment, await compile('translation-service')),
    gatewayUrl: gatewayPlace.url,
    gatewayPort: configs.gateway.FASTIFY_PORT,
    databaseFile: databaseFile(configs.gateway.DATABASE_URL),
  }
}
