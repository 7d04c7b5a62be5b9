import { readEnvironment } from '@meeshy/shared/config'
import { migrate } from '@meeshy/shared/database/migrate'
import { databaseFile } from '@meeshy/shared/database/url'
import { compileTranslation } from '../lib/durability/compile.js'
import { type Findings, inspect } from '../lib/durability/findings.js'
import { inFolder } from '../lib/durability/folder.js'
import { fromSources, NodeService } from '../lib/node-service.js'
import { loadConfigs, servicesOf } from '../lib/services.js'
import { ownSettings } from '../lib/stage.js'
import { countPending, countTranslations } from './translations.js'
import { openWatchedRoom } from './watched-room.js'

const messagesPerRound = 5
/** The gateway's link comes back within this time. */
const takenLimitMs = 30_000
/** From the last start on; every message reaches a final state within it. */
const translatedLimitMs = 60_000
/** How long the last frames may be on their way to the readers. */
const seenLimitMs = 10_000
const pollMs = 50

export interface BetweenResult {
  findings: Findings
  /** Milliseconds from each new start of the service until it was ready. */
  readyMs: number[]
  /** Translations of acknowledged messages that were not made yet when the service was killed, in all rounds. */
  pendingAtKill: number
  /** Milliseconds from the last start until the database knew of no pending translation, or until we gave up. */
  translatedMs: number
  /** Translations by their state in the end. */
  translations: Record<string, number>
  /** Outcomes that have not reached their readers. */
  unseen: number
}

/**
 * Kills the translation service between the ack and the translation, `kills` times, under a gateway that stays up,
 * then waits for the translations.
 *
 * @param onKill called after each kill
 */
export async function runBetween(kills: number, onKill: (kill: number) => void = () => {}): Promise<BetweenResult> {
  return inFolder(async (folder) => {
    const services = await prepareServices(folder)
    try {
      const { ledger, ...result } = await killBetween(services, kills, onKill)
      // Nobody may write while the file is looked at.
      await endAll(services)
      return { ...result, findings: await inspect(services.file, ledger) }
    } finally {
      await endAll(services)
    }
  })
}

async function killBetween(
  { gateway, translation, gatewayUrl, file }: Services,
  kills: number,
  onKill: (kill: number) => void,
) {
  await translation.start()
  await gateway.start()
  const room = await openWatchedRoom(gatewayUrl)
  const readyMs: number[] = []
  let [pendingAtKill, lastStart] = [0, 0]
  for (let kill = 1; kill <= kills; kill += 1) {
    await room.sendSome(messagesPerRound)
    await translation.kill()
    pendingAtKill += await countPending(file)
    lastStart = performance.now()
    readyMs.push(await translation.start())
    await room.sendUntilTaken(takenLimitMs)
    onKill(kill)
  }
  await until(async () => (await countPending(file)) === 0, lastStart + translatedLimitMs)
  const translatedMs = performance.now() - lastStart
  await until(() => room.countUnseen() === 0, performance.now() + seenLimitMs)
  const [translations, unseen] = [await countTranslations(file), room.countUnseen()]
  return { ledger: room.ledger, readyMs, pendingAtKill, translatedMs, translations, unseen }
}

type Services = Awaited<ReturnType<typeof prepareServices>>

/** Both services on a database of their own. */
async function prepareServices(folder: string) {
  const settings = { ...(await ownSettings(folder)), LOG_LEVEL: 'fatal', LOG_DIR: '', SOCKET_SENDS_PER_10S: '100000' }
  const environment = { ...readEnvironment(), ...settings }
  const configs = loadConfigs(environment)
  await migrate(configs.gateway.DATABASE_URL)
  const compiled = await compileTranslation()
  const [gateway, translation] = servicesOf(configs).map(
    ({ name, folder: home }) => new NodeService(home, environment, name === 'translation' ? compiled : fromSources),
  ) as [NodeService, NodeService]
  const gatewayUrl = servicesOf(configs)[0]?.url ?? ''
  return { gateway, translation, gatewayUrl, file: databaseFile(configs.gateway.DATABASE_URL) }
}

async function endAll({ gateway, translation }: Services): Promise<void> {
  await Promise.all([gateway.stop(), translation.stop()])
}

/** Waits until it holds, or for the end of the time: the figures tell which. */
async function until(holds: () => boolean | Promise<boolean>, end: number): Promise<void> {
  while (!(await holds()) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, pollMs))
}
