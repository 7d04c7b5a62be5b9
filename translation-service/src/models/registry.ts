import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { missingModelFiles, modelFiles, stampModelFiles, statModelFile } from '../inference/model-files.js'
import { type KnownModel, knownModels } from './known-models.js'
import { isCompleteOnnx } from './onnx-file.js'

/** What is on disk of a model. Whether its engine runs, only the engine knows. */
export interface ModelDescription extends KnownModel {
  path: string
  /** absent: no file of it. failed: some file is missing or is not what it should be. */
  state: 'absent' | 'present' | 'failed'
  /** Why it cannot be used, in fixed words that name a file and nothing else; null when present. */
  reason: string | null
  sizeBytes: number
  /** Of the files that are described here: with another one, nothing said here holds. */
  stamp: string
  /** 16 hexadecimal digits that change with the files and `minTokenLogProb`; null unless present. */
  revision: string | null
  /** Natural logarithm: a translation with a token less likely than this is not shown. */
  minTokenLogProb: number
}

/** Until a model's own file says better; see the starter model's card for how it is measured. */
const DEFAULT_MIN_TOKEN_LOG_PROB = -0.5
const SETTINGS_FILE = 'meeshy.json'

/** Every known model under the models' path, in the order of preference. Never rejects because of a bad file. */
export function describeModels(modelsPath: string): Promise<ModelDescription[]> {
  return Promise.all(knownModels.map((model) => describeModel(modelsPath, model)))
}

/** One model, as its files are now. */
export async function describeModel(modelsPath: string, model: KnownModel): Promise<ModelDescription> {
  const path = join(modelsPath, model.name)
  // Taken before the files are read: one that is replaced meanwhile makes a difference to it.
  const stamp = stampModelFiles(path)
  const sizes = [...Object.values(modelFiles), SETTINGS_FILE].map((file) => statModelFile(path, file)?.size ?? 0)
  const sizeBytes = sizes.reduce((sum, size) => sum + size, 0)
  return { ...model, path, sizeBytes, stamp, ...(await inspect(path, model)) }
}

type Findings = Pick<ModelDescription, 'state' | 'reason' | 'revision' | 'minTokenLogProb'>

async function inspect(path: string, model: KnownModel): Promise<Findings> {
  const missing = missingModelFiles(path)
  const nothing = { revision: null, minTokenLogProb: DEFAULT_MIN_TOKEN_LOG_PROB }
  if (missing.length === Object.keys(modelFiles).length) {
    return { state: 'absent', reason: 'none of its files is there', ...nothing }
  }
  try {
    if (missing.length > 0) throw new BadModelFile(`${missing.join(', ')} missing`)
    const settings = await readSettings(path)
    await checkFiles(path, model)
    const revision = await revisionOf(path, settings)
    return { state: 'present', reason: null, revision, minTokenLogProb: settings.minTokenLogProb }
  } catch (error) {
    const reason = error instanceof BadModelFile ? error.message : 'its files cannot be read'
    return { state: 'failed', reason, ...nothing }
  }
}

class BadModelFile extends Error {}

async function checkFiles(path: string, { architecture }: KnownModel): Promise<void> {
  const config = await readJson(path, modelFiles.config)
  if (config.model_type !== architecture)
    throw new BadModelFile(`${modelFiles.config} is not of a ${architecture} model`)
  const tokenizer = await readJson(path, modelFiles.tokenizer)
  if (!Array.isArray(tokenizer.added_tokens)) throw new BadModelFile(`${modelFiles.tokenizer} has no added_tokens`)
  await readJson(path, modelFiles.tokenizerConfig)
  for (const file of [modelFiles.encoder, modelFiles.decoder]) {
    if (!(await isCompleteOnnx(join(path, file)))) throw new BadModelFile(`${file} is cut short or not an ONNX model`)
  }
}

/** Hashes what decides what a model says and what of it is shown; compares the files that came with a checksum. */
async function revisionOf(path: string, { sha256, minTokenLogProb }: Settings): Promise<string> {
  const revision = createHash('sha256').update(String(minTokenLogProb))
  for (const file of Object.values(modelFiles)) {
    const checksum = await checksumOf(join(path, file))
    const expected = sha256[file]
    if (expected !== undefined && expected !== checksum) throw new BadModelFile(`${file} has another checksum`)
    revision.update(checksum)
  }
  return revision.digest('hex').slice(0, 16)
}

async function checksumOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

interface Settings {
  minTokenLogProb: number
  sha256: Record<string, string>
}

/** meeshy.json: what only we know of a model. It may be missing, and so may each of its settings. */
async function readSettings(path: string): Promise<Settings> {
  const settings = statModelFile(path, SETTINGS_FILE) === undefined ? {} : await readJson(path, SETTINGS_FILE)
  const { minTokenLogProb = DEFAULT_MIN_TOKEN_LOG_PROB, sha256 = {} } = settings
  if (typeof minTokenLogProb !== 'number' || minTokenLogProb > 0) {
    throw new BadModelFile(`${SETTINGS_FILE} has a minTokenLogProb that is no number below 0`)
  }
  return { minTokenLogProb, sha256: sha256 as Record<string, string> }
}

async function readJson(path: string, file: string): Promise<Record<string, unknown>> {
  const content: unknown = await readFile(join(path, file), 'utf8')
    .then(JSON.parse)
    .catch(() => null)
  if (typeof content !== 'object' || content === null) throw new BadModelFile(`${file} is not a JSON object`)
  return content as Record<string, unknown>
}
