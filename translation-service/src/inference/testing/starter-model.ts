import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the model that ships with the repository. */
export const starterModelPath = fileURLToPath(new URL('../../../models/starter-nllb', import.meta.url))

/** A copy of the starter model under a models' path of its own, for tests that damage it. */
export async function copyStarterModel(): Promise<{ modelsPath: string; modelPath: string; remove(): Promise<void> }> {
  const modelsPath = await mkdtemp(join(tmpdir(), 'meeshy-models-'))
  const modelPath = join(modelsPath, 'starter-nllb')
  await cp(starterModelPath, modelPath, { recursive: true })
  return { modelsPath, modelPath, remove: () => rm(modelsPath, { recursive: true, force: true }) }
}
