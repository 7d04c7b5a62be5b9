import { Opened, type RunningService } from '@meeshy/shared/lifecycle'
import { createLogger, type Logger } from '@meeshy/shared/logging'
import type { Config } from './config.js'
import type { Context } from './context.js'
import { Feed } from './events/feed.js'
import { type GrpcServer, startGrpcServer } from './grpc/server.js'
import { Housekeeping } from './housekeeping/housekeeping.js'
import type { TranslationModel } from './models/model.js'
import { openModels } from './models/open.js'
import { startMonitoring } from './monitoring/server.js'
import { openTranslationDatabase, type TranslationDatabase } from './store/database.js'
import { readIdentity } from './store/info.js'
import { listPending } from './store/pending.js'
import { Backfill } from './translation/backfill.js'
import { loadDetector } from './translation/detect.js'
import { TranslationMemory } from './translation/memory.js'
import { Overdue } from './translation/overdue.js'
import { TranslationQueue } from './translation/queue.js'
import { Slots } from './translation/slots.js'
import { translateMessage } from './translation/translate-message.js'

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
    const database = await openTranslationDatabase(config.DATABASE_URL)
    opened.add(() => database.close())
    const context = await buildContext(config, log, database, overrides)
    const monitoring = await startMonitoring(context)
    opened.add(() => monitoring.close())
    const grpc = await startGrpcServer(context)
    const overdue = new Overdue(context)
    opened.add(() => Promise.all([stopWork(context, grpc), overdue.close()]))
    context.queue.start()
    context.housekeeping.start()
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
  const context: Context = {
    ...{ config, log, database, feed, queue, memory, models, contentKey },
    backfill: new Backfill({ database, queue, log }),
    slots: { previews: new Slots(), demands: new Slots() },
    housekeeping: new Housekeeping({
      ...{ database, memory, feed, log },
      ...{ url: config.DATABASE_URL, retentionDays: config.EVENT_RETENTION_DAYS },
    }),
    state: { ready: false },
  }
  return context
}

/**
 * Ends streams, calls and translations at the same time, so that nobody waits for a model: what is being computed
 * stays pending in the database.
 */
async function stopWork(context: Context, grpc: GrpcServer): Promise<void> {
  const { state, feed, queue, backfill, housekeeping, models } = context
  state.ready = false
  feed.close()
  const translators = models.map(({ translator }) => translator.close())
  await Promise.all([grpc.close(), backfill.close(), queue.close(), ...translators])
  // Last, so that what was erased by the last calls leaves the write-ahead log, too.
  await housekeeping.close()
}
