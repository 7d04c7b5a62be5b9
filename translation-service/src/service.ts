import { openDatabase } from '@meeshy/shared/database/open'
import { Opened, type RunningService } from '@meeshy/shared/lifecycle'
import { createLogger, type Logger } from '@meeshy/shared/logging'
import type { Config } from './config.js'
import type { Context } from './context.js'
import { Feed } from './events/feed.js'
import { type GrpcServer, startGrpcServer } from './grpc/server.js'
import type { TranslationModel } from './models/model.js'
import { openModels } from './models/open.js'
import { startMonitoring } from './monitoring/server.js'
import { type TranslationDatabase, translationDatabase } from './store/database.js'
import { readIdentity } from './store/info.js'
import { removeSomeExpired } from './store/memory.js'
import { listPending } from './store/translations.js'
import { loadDetector } from './translation/detect.js'
import { TranslationMemory } from './translation/memory.js'
import { PreviewSlots } from './translation/preview.js'
import { TranslationQueue } from './translation/queue.js'
import { translateMessage } from './translation/translate-message.js'

const cleaningIntervalMs = 600_000

export interface TranslationService extends RunningService {
  context: Context
  grpcPort: number
  restPort: number
}

/** What a test may put in place of the real thing. */
export interface Overrides {
  models?: TranslationModel[]
}

/**
 * Opens the database, serves gRPC and REST, takes up the translations that a former run left. Closing goes the other
 * way: calls, streams and translations end together, then the database closes.
 */
export async function startTranslationService(config: Config, overrides: Overrides = {}): Promise<TranslationService> {
  const log = createLogger({ service: 'translation-service', level: config.LOG_LEVEL, directory: config.LOG_DIR })
  const opened = new Opened()
  try {
    const prisma = await openDatabase(config.DATABASE_URL)
    opened.add(() => prisma.$disconnect())
    const context = await buildContext(config, log, translationDatabase(prisma), overrides)
    const monitoring = await startMonitoring(context)
    opened.add(() => monitoring.close())
    const grpc = await startGrpcServer(context)
    opened.add(() => stopWork(context, grpc))
    context.queue.start()
    const cleaning = setInterval(() => void forgetExpired(context), cleaningIntervalMs)
    opened.add(() => clearInterval(cleaning))
    context.state.ready = true
    log.info('listening', { grpcPort: grpc.port, restPort: monitoring.port })
    return { context, grpcPort: grpc.port, restPort: monitoring.port, close: () => opened.close() }
  } catch (error) {
    return opened.closeAfter(error)
  }
}

async function buildContext(
  config: Config,
  log: Logger,
  database: TranslationDatabase,
  overrides: Overrides,
): Promise<Context> {
  const { epoch, contentKey } = await readIdentity(database)
  await loadDetector()
  const models = overrides.models ?? (await openModels(config.MODELS_PATH, config.ENGINE_THREADS, log))
  const queue: TranslationQueue = new TranslationQueue({
    limit: config.QUEUE_LIMIT,
    translate: (messageId) => translateMessage(context, messageId),
    listPending: (limit, except) => listPending(database, limit, except),
    log,
  })
  const feed = new Feed(database, epoch)
  const memory = new TranslationMemory(database, config.CACHE_TTL, log)
  const previews = new PreviewSlots()
  const context = { config, log, database, feed, queue, memory, previews, models, contentKey, state: { ready: false } }
  return context
}

/**
 * Ends streams, calls and translations at the same time, so that nobody waits for a model: what is being computed
 * stays pending in the database.
 */
async function stopWork({ state, feed, queue, models }: Context, grpc: GrpcServer): Promise<void> {
  state.ready = false
  feed.close()
  await Promise.all([grpc.close(), queue.close(), ...models.map(({ translator }) => translator.close())])
}

/** In pieces, so that no write waits long. */
async function forgetExpired({ database, log }: Context): Promise<void> {
  try {
    while (await database.write(removeSomeExpired));
  } catch (error) {
    log.warn('expired translations could not be removed', { error })
  }
}
