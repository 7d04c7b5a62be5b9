import { openDatabase } from '@meeshy/shared/database/open'
import type { PrismaClient } from '@meeshy/shared/generated/prisma/client'
import { createTestDatabase, createTestFolder } from '@meeshy/shared/testing/fresh-database'
import { loadConfig } from '../../../fastify-service/src/config.js'
import { startGateway } from '../../../fastify-service/src/gateway.js'
import { request } from '../../lib/rest-client.js'
import type { Environment } from '../../lib/services.js'
import { gatewaySettings } from '../lib/gateway.js'
import { type BenchRoom, createRooms } from '../lib/room.js'
import { BenchService } from '../lib/service.js'
import { writeHistory } from '../lib/written-history.js'

/** What all sides stand on: one database, one translation service, one person who asks. */
export interface Stage {
  /** The settings of every side. */
  environment: Environment
  /** Of the person who asks. */
  token: string
  close(): Promise<void>
}

const conversations = 200
/** With the person who asks: groups of ten. */
const others = ['fr', 'fr', 'en', 'en', 'en', 'de', 'de', 'es', 'es']
const messagesPerConversation = 20
const languages = ['en', 'de', 'es']

interface Registered {
  accessToken: string
  user: { id: string }
}

/** A person in so many groups, each with a history that they have not read. */
export async function openStage(logLevel: string): Promise<Stage> {
  const database = await createTestDatabase()
  const logs = await createTestFolder()
  const people = await openDatabase(database.url)
  const rooms = await createRooms(people, others, conversations)
  await writeHistory(database.url, {
    conversationIds: rooms.flatMap(({ conversationId }) => Array<string>(messagesPerConversation).fill(conversationId)),
    writerId: rooms[0]?.writerId ?? '',
    languages,
    withEvents: true,
  })
  const service = await BenchService.start(database.url)
  const environment = gatewaySettings(database.url, service, { LOG_LEVEL: logLevel, LOG_DIR: logs.folder })
  const { accessToken, user } = await register({ ...environment, LOG_LEVEL: 'fatal' })
  await join(people, rooms, user.id)
  await people.$disconnect()
  return {
    environment,
    token: accessToken,
    close: async () => {
      await service.stop()
      await database.remove()
      await logs.remove()
    },
  }
}

/** Through the front door, so that the token is one that the gateway makes. */
async function register(environment: Environment): Promise<Registered> {
  const gateway = await startGateway(loadConfig(environment))
  const body = {
    username: 'camille.martin',
    email: 'camille.martin@example.org',
    password: 'correct horse battery staple',
    displayName: 'Camille Martin',
    preferredLanguage: 'en',
    understoodLanguages: ['en', 'de'],
  }
  const registered = await request<Registered>(gateway.url, 'POST', '/api/auth/register', { body })
  await gateway.close()
  return registered
}

async function join(people: PrismaClient, rooms: readonly BenchRoom[], userId: string): Promise<void> {
  await people.conversationMember.createMany({
    data: rooms.map(({ conversationId }) => ({ conversationId, userId, joinedAt: new Date(0) })),
  })
  const startedAt = Date.now() - conversations * 60_000
  for (const [index, { conversationId: id }] of rooms.entries()) {
    const lastActivityAt = new Date(startedAt + index * 60_000)
    await people.conversation.update({ where: { id }, data: { title: `Les amis du jeudi ${index}`, lastActivityAt } })
  }
}
