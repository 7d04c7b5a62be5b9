import type { AddressInfo } from 'node:net'
import { openDatabase } from '@meeshy/shared/database/open'
import { openSqlReader } from '@meeshy/shared/database/open-sql'
import { Opened } from '@meeshy/shared/lifecycle'
import { createLogger, type Logger } from '@meeshy/shared/logging'
import { LoopDelay } from '@meeshy/shared/loop-delay'
import { type App, buildApp } from './app.js'
import { Attempts } from './auth/attempts.js'
import { Passwords } from './auth/passwords.js'
import { RefreshTokens } from './auth/refresh-tokens.js'
import type { Config } from './config.js'
import type { Context } from './context.js'
import { Gate } from './gate.js'
import { connectMessaging } from './grpc/client.js'
import { type Deliver, startEventFeed } from './grpc/events.js'
import { startMessageErasures } from './grpc/message-erasures.js'
import { Messaging } from './grpc/messaging.js'
import { Rooms } from './store/conversations/rooms.js'
import { gatewayDatabase } from './store/database.js'
import { preparedReads } from './store/reads.js'
import { Mentions } from './websocket/announce/mentions.js'
import { Presence } from './websocket/awareness/presence.js'
import { People } from './websocket/awareness/presence-people.js'
import { Receipts } from './websocket/awareness/receipts.js'
import { Typing } from './websocket/awareness/typing.js'
import { fanOut } from './websocket/delivery/fan-out.js'
import { Hub } from './websocket/hub.js'
import { type AwarenessLimits, awarenessLimits } from './websocket/limits.js'

const drainLimitMs = 3_000
/** Pages of missed events that are read at once; one page is up to 2 MiB. Every client waits for one at a time. */
const replaysAtOnce = 8

export interface Gateway {
  /** Where it listens, with the port that it got. */
  url: string
  app: App
  context: Context
  close(): Promise<void>
}

export interface GatewayOverrides {
  log?: Logger
  awareness?: Partial<AwarenessLimits>
}

/** Starts everything, in order; closing goes the other way: sockets and requests, the event feed, the link, the database. */
export async function startGateway(config: Config, overrides: GatewayOverrides = {}): Promise<Gateway> {
  const log = overrides.log ?? createLogger({ service: 'gateway', level: config.LOG_LEVEL, directory: config.LOG_DIR })
  const opened = new Opened()
  try {
    const loopDelay = new LoopDelay()
    opened.add(() => loopDelay.close())
    const prisma = await openDatabase(config.DATABASE_URL)
    opened.add(() => prisma.$disconnect())
    const reader = await openSqlReader(config.DATABASE_URL)
    opened.add(() => reader.close())
    const link = connectMessaging({
      host: config.GRPC_HOST,
      port: config.GRPC_PORT,
      serviceToken: config.SERVICE_TOKEN,
      authority: config.grpcAuthority,
      log,
    })
    opened.add(() => link.close())

    const database = gatewayDatabase(prisma)
    const reads = preparedReads(reader)
    const messaging = new Messaging(link)
    const rooms = new Rooms(database)
    const hub = new Hub()
    const limits = { ...awarenessLimits, ...overrides.awareness }
    const people = new People(reads, limits)
    const context: Context = {
      config,
      log,
      loopDelay,
      database,
      reads,
      passwords: new Passwords({ pepper: config.PASSWORD_PEPPER, cost: config.BCRYPT_COST }),
      attempts: new Attempts(database, {
        perAccount: config.FAILED_SIGN_INS_PER_ACCOUNT,
        perAddress: config.FAILED_SIGN_INS_PER_ADDRESS,
        windowMs: config.failedSignInsWindowMs,
      }),
      refreshTokens: new RefreshTokens(config.JWT_SECRET),
      messaging,
      rooms,
      hub,
      presence: new Presence({ hub, people, limits, log }),
      typing: new Typing({ hub, rooms, people, limits, log }),
      receipts: new Receipts({ hub, rooms, messaging, limits }),
      replays: new Gate({ running: replaysAtOnce, queued: Number.POSITIVE_INFINITY, refusal: '' }),
    }
    opened.add(() => context.presence.close())
    opened.add(() => context.typing.close())
    const mentions = new Mentions(context)
    const deliver: Deliver = async (event) => {
      await fanOut(context, event)
      if (event.type === 'new' && event.message) context.typing.stop(event.conversationId, event.message.senderId)
      await mentions.take(event)
    }
    const feed = startEventFeed(context, deliver, () => mentions.settled())
    opened.add(() => feed.close())
    const erasures = startMessageErasures(context)
    opened.add(() => erasures.close())
    const [app] = await Promise.all([buildApp(context), context.passwords.prepare()])
    opened.add(() => closeApp(app))
    await app.listen({ host: config.FASTIFY_HOST, port: config.FASTIFY_PORT })
    const { port } = app.server.address() as AddressInfo
    const url = `http://${config.FASTIFY_HOST}:${port}`
    return { url, app, context, close: () => opened.close() }
  } catch (error) {
    return opened.closeAfter(error)
  }
}

/** Requests under way may finish; a connection that never sends one is cut, or it would hold up the stop. */
async function closeApp(app: App): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), drainLimitMs)
  await app.close().finally(() => clearTimeout(timer))
}
