import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger } from '@meeshy/shared/logging'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { modelFiles } from '../inference/model-files.js'
import { copyStarterModel } from '../inference/testing/starter-model.js'
import { rejectsWith } from '../inference/testing/translator-contract.js'
import type { TranslationModel } from './model.js'
import { openModels } from './open.js'

const log = createLogger({ service: 'test', level: 'fatal', directory: '' })
const request = { text: 'Where is the station?', source: 'en', targets: ['fr'] } as const
let copy: Awaited<ReturnType<typeof copyStarterModel>>
let model: TranslationModel | undefined

beforeEach(async () => {
  copy = await copyStarterModel()
})
afterEach(async () => {
  await model?.translator.close()
  await copy.remove()
})

async function open(): Promise<TranslationModel> {
  const [first] = await openModels(copy.modelsPath, 1, log)
  model = first as TranslationModel
  return model
}

test('a model that is there translates', async () => {
  const { translator, status, revision } = await open()
  expect(status().state).toBe('present')
  expect(revision).not.toBeNull()
  expect(await translator.translate(request)).toMatchObject([{ text: 'Où est la gare ?' }])
})

test('one that is not there says that it takes a restart, also when it comes', async () => {
  const elsewhere = join(copy.modelsPath, 'elsewhere')
  await rename(copy.modelPath, elsewhere)
  const { translator, status, revision } = await open()
  await rename(elsewhere, copy.modelPath)
  await rejectsWith('model_absent', translator.translate(request))
  expect(status()).toMatchObject({
    state: 'absent',
    reason: 'none of its files is there; to try again, restart the service',
  })
  expect(revision).toBeNull()
})

test('so does one that is damaged', async () => {
  await rm(join(copy.modelPath, modelFiles.config))
  const { translator, status } = await open()
  await rejectsWith('model_failed', translator.initialize())
  expect(status()).toMatchObject({
    state: 'failed',
    reason: 'config.json missing; to try again, restart the service',
  })
})

test('one whose files were replaced since is not translated with under its old revision', async () => {
  const { translator, status } = await open()
  await writeFile(join(copy.modelPath, modelFiles.config), '{"model_type":"m2m_100"}')
  await rejectsWith('model_failed', translator.translate(request))
  expect(status()).toMatchObject({
    state: 'failed',
    reason: 'the files of the model have changed: restart the service',
  })
})

test('meeshy.json is read at the start and may change', async () => {
  const { translator } = await open()
  await writeFile(join(copy.modelPath, 'meeshy.json'), '{}')
  expect(await translator.translate(request)).toHaveLength(1)
})
