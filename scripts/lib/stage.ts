import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readEnvironment } from '@meeshy/shared/config'
import { migrate } from '@meeshy/shared/database/migrate'
import { ask, isReady } from './ask.js'
import { Stop } from './command.js'
import { endWithThisProcess } from './end-with-process.js'
import { freshSecrets } from './env-file.js'
import { freePorts } from './ports.js'
import { type Configs, type Environment, loadConfigs, servicesOf } from './services.js'
import { Supervisor } from './supervisor.js'

/** Both services, for a program that plays on them. */
export interface Stage {
  gatewayUrl: string
  translationUrl: string
  close(): Promise<void>
}

const keptLines = 30
const linkLimitMs = 20_000

/** The running services when both are ready; null otherwise. */
export async function runningStage(configs: Configs): Promise<Stage | null> {
  const stage = stageOf(configs, async () => {})
  return (await isComplete(stage)) ? stage : null
}

/**
 * Starts both services for this program alone: on free ports, with a database and logs of their own that are removed
 * by `close`, and everything else as in the environment file. Their lines are shown only when they cannot start.
 */
export async function ownStage(settings: Environment = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'meeshy-stage-'))
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  const environment = { ...readEnvironment(), ...(await ownSettings(folder)), ...settings }
  const configs = loadConfigs(environment)
  await migrate(configs.gateway.DATABASE_URL)

  const lastLines: string[] = []
  const keep = (line: string) => {
    lastLines.push(line)
    if (lastLines.length > keptLines) lastLines.shift()
  }
  const supervisor = new Supervisor(servicesOf(configs), {
    environment,
    line: (service, text) => keep(`[${service.name}] ${text}`),
    notice: keep,
  })
  const release = endWithThisProcess(removeFolder)
  supervisor.start()
  const stage = stageOf(configs, async () => {
    await supervisor.stop()
    release()
    removeFolder()
  })
  const started = await Promise.race([supervisor.ready.then(() => waitUntilComplete(stage)), supervisor.givenUp])
  if (started === true) return stage
  await stage.close()
  throw new Stop(`The services cannot be started:\n${lastLines.join('\n')}`)
}

function stageOf(configs: Configs, close: () => Promise<void>): Stage {
  const [gatewayUrl, translationUrl] = servicesOf(configs).map(({ url }) => url) as [string, string]
  return { gatewayUrl, translationUrl, close }
}

/** Settings of a stage of its own: free ports, other secrets, and a database and logs in `folder`. */
export async function ownSettings(folder: string): Promise<Environment> {
  const [gateway, grpc, translation] = await freePorts(3)
  return {
    ...freshSecrets(),
    DATABASE_URL: `file:${join(folder, 'stage.db')}`,
    LOG_DIR: join(folder, 'logs'),
    FASTIFY_HOST: '127.0.0.1',
    FASTIFY_PORT: String(gateway),
    GRPC_HOST: '127.0.0.1',
    GRPC_PORT: String(grpc),
    GRPC_TLS_CERT: '',
    GRPC_TLS_KEY: '',
    GRPC_TLS_CA: '',
    TRANSLATION_HOST: '127.0.0.1',
    TRANSLATION_PORT: String(translation),
  }
}

/** Both are ready, and the gateway reaches the translation service. */
async function isComplete({ gatewayUrl, translationUrl }: Stage): Promise<boolean> {
  const [gateway, translationIsReady] = await Promise.all([ask(`${gatewayUrl}/health`), isReady(translationUrl)])
  return translationIsReady && gateway?.status === 200 && (gateway.body as { status?: unknown }).status === 'ok'
}

async function waitUntilComplete(stage: Stage): Promise<boolean> {
  const end = performance.now() + linkLimitMs
  while (performance.now() < end) {
    if (await isComplete(stage)) return true
    await delay(100)
  }
  return false
}
