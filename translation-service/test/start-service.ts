import { openDatabase } from '@meeshy/shared/database/open'
import type { PrismaClient } from '@meeshy/shared/generated/prisma/client'
import { newId } from '@meeshy/shared/ids'
import { ContractClient } from '@meeshy/shared/testing/contract-client'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { loadConfig } from '../src/config.js'
import { FakeTranslator } from '../src/inference/testing/fake-translator.js'
import type { TranslationModel } from '../src/models/model.js'
import { type Overrides, startTranslationService, type TranslationService } from '../src/service.js'

const serviceToken = 'a-service-token-for-tests-0123456789'

/** A person of a test's room: what they read. */
export interface Person {
  reads: string
  understands?: string
  autoTranslate?: boolean
  /** "member" when absent. */
  role?: string
}

/** A fake model that writes "[en] bonjour"; the gates let it pass for languages in Latin letters. */
export function fakeModel(translator = new FakeTranslator()): { model: TranslationModel; translator: FakeTranslator } {
  const status = () => translator.status()
  const description = { name: 'fake', family: 'nllb' as const, licence: 'MIT', sizeBytes: 0, hint: 'for tests' }
  return { translator, model: { ...description, revision: 'r1', minTokenLogProb: -1, translator, status } }
}

export class TestService {
  client!: ContractClient
  service!: TranslationService

  private constructor(
    readonly url: string,
    private readonly removeDatabase: () => Promise<void>,
    /** Plays the gateway, which owns people and rooms. */
    readonly people: PrismaClient,
    private readonly environment: Record<string, string>,
  ) {}

  /** The real service on free ports over a database of its own; real models unless `overrides` has others. */
  static async start(overrides: Overrides = {}, environment: Record<string, string> = {}): Promise<TestService> {
    const { url, remove } = await createTestDatabase()
    const test = new TestService(url, remove, await openDatabase(url), environment)
    await test.run(overrides)
    return test
  }

  async run(overrides: Overrides): Promise<void> {
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: this.url,
      GRPC_PORT: '0',
      TRANSLATION_PORT: '0',
      SERVICE_TOKEN: serviceToken,
      LOG_LEVEL: 'fatal',
      LOG_DIR: '',
      ...this.environment,
    })
    this.service = await startTranslationService(config, overrides)
    this.client = new ContractClient({ host: '127.0.0.1', port: this.service.grpcPort }, serviceToken)
  }

  get address(): { host: string; port: number; serviceToken: string } {
    return { host: '127.0.0.1', port: this.service.grpcPort, serviceToken }
  }

  /** Base URL of the REST. */
  get rest(): string {
    return `http://127.0.0.1:${this.service.restPort}`
  }

  /** Stops the service and starts it again on the same database. */
  async restart(overrides: Overrides): Promise<void> {
    await this.stop()
    await this.run(overrides)
  }

  /** A conversation of new people. */
  async createRoom(
    people: readonly Person[],
    type = 'group',
  ): Promise<{ conversationId: string; memberIds: string[] }> {
    const conversationId = newId()
    const memberIds = people.map(() => newId())
    await this.people.user.createMany({
      data: people.map(({ reads, understands = '' }, index) => {
        const id = memberIds[index] as string
        const names = { username: id, usernameKey: id, displayName: id, displayNameKey: id }
        return { id, ...names, preferredLanguage: reads, understoodLanguages: understands }
      }),
    })
    await this.people.conversation.create({
      data: { id: conversationId, type, createdById: memberIds[0] ?? '' },
    })
    await this.people.conversationMember.createMany({
      data: people.map(({ autoTranslate = true, role = 'member' }, index) => ({
        conversationId,
        role,
        userId: memberIds[index] as string,
        autoTranslate,
      })),
    })
    return { conversationId, memberIds }
  }

  async stop(): Promise<void> {
    this.client.close()
    await this.service.close()
  }

  async close(): Promise<void> {
    await this.stop()
    await this.people.$disconnect()
    await this.removeDatabase()
  }
}
