import type { Logger } from '@meeshy/shared/logging'
import { EngineClient, type EngineEvent, type EngineStatus } from '../inference/engine-client.js'
import { type Translator, TranslatorError } from '../inference/translator.js'
import type { TranslationModel } from './model.js'
import { describeModels, type ModelDescription } from './registry.js'

const troubles = new Set<EngineEvent>(['engine_load_failed', 'engine_killed', 'engine_exited'])

/** Every known model, in the order of preference. Nothing is loaded before the first text is translated. */
export async function openModels(modelsPath: string, threads: number, log: Logger): Promise<TranslationModel[]> {
  const descriptions = await describeModels(modelsPath)
  return descriptions.map((description) => {
    const { name, state, reason } = description
    if (state === 'present') return startable(description, threads, log)
    log.warn('a model cannot be used', { model: name, state, reason })
    return unusable(description, state)
  })
}

function startable(description: ModelDescription, threads: number, log: Logger): TranslationModel {
  const translator = new EngineClient({
    modelPath: description.path,
    modelStamp: description.stamp,
    threads,
    onEvent: (event, fields) => {
      const trouble = troubles.has(event) && fields.code !== 0
      log.log(trouble ? 'warn' : 'info', event.replaceAll('_', ' '), { model: description.name, ...fields })
    },
  })
  return { ...columns(description), translator, status: () => translator.status() }
}

/**
 * A model with bad or missing files is never loaded; it says why to whoever asks. Files that come later do not change
 * that: only a start describes them and gives them the revision under which translations are kept.
 */
function unusable(description: ModelDescription, state: 'absent' | 'failed'): TranslationModel {
  const refuse = async () => {
    throw new TranslatorError(state === 'absent' ? 'model_absent' : 'model_failed', 'the model cannot be used')
  }
  const translator: Translator = { initialize: refuse, translate: refuse, close: async () => undefined }
  const status: EngineStatus = {
    state,
    reason: `${description.reason}; to try again, restart the service`,
    memoryBytes: null,
    lastUsedAt: null,
    pending: 0,
    restarts: 0,
  }
  return { ...columns(description), translator, status: () => status }
}

function columns({ name, family, licence, hint, sizeBytes, revision, minTokenLogProb }: ModelDescription) {
  return { name, family, licence, hint, sizeBytes, revision, minTokenLogProb }
}
