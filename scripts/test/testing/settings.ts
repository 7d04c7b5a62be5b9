import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeEnvFile } from '../../lib/env-file.js'
import { root } from '../../lib/paths.js'
import { freePorts } from '../../lib/ports.js'
import { temporaryFolder } from './temporary.js'

/** Writes an environment file with free ports and a database of its own; returns the variable that names it. */
export async function environmentFile(settings: Record<string, string> = {}): Promise<{ MEESHY_ENV_FILE: string }> {
  const file = join(temporaryFolder(), '.env')
  const [gateway, grpc, translation] = await freePorts(3)
  const all = {
    FASTIFY_PORT: gateway,
    GRPC_PORT: grpc,
    TRANSLATION_PORT: translation,
    LOG_DIR: './logs',
    MODELS_PATH: join(root, 'translation-service/models'),
    ...settings,
  }
  writeEnvFile(file)
  // The last one of a name counts.
  appendFileSync(
    file,
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  return { MEESHY_ENV_FILE: file }
}
