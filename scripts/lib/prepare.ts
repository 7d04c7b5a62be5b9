import { envFile } from '@meeshy/shared/config'
import { migrate } from '@meeshy/shared/database/migrate'
import { writeEnvFile } from './env-file.js'
import { type Configs, loadConfigs } from './services.js'
import { paint, say } from './terminal.js'

/** Makes sure that there are settings, and reads them. */
export function prepareSettings(): Configs {
  if (writeEnvFile(envFile)) say(`${paint('green', '✓')} wrote ${envFile} with fresh secrets`)
  return loadConfigs()
}

/** Creates the database or brings it up to date, saying which steps it takes. */
export async function prepareDatabase(url: string): Promise<void> {
  const { applied } = await migrate(url, { onProgress: (name) => say(`  applying the migration ${name}…`) })
  say(`${paint('green', '✓')} the database is ${applied.length > 0 ? 'prepared' : 'up to date'}`)
}
