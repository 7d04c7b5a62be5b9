import { randomInt } from 'node:crypto'
import { readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { modelFiles } from '../inference/model-files.js'
import { copyStarterModel } from '../inference/testing/starter-model.js'
import { starterNllb } from './known-models.js'
import { describeModel, describeModels } from './registry.js'

let copy: Awaited<ReturnType<typeof copyStarterModel>>
const describeCopy = () => describeModel(copy.modelsPath, starterNllb)
const inCopy = (file: string) => join(copy.modelPath, file)

beforeEach(async () => {
  copy = await copyStarterModel()
})
afterEach(() => copy.remove())

test('a model that is there is described', async () => {
  const model = await describeCopy()
  expect(model).toMatchObject({ name: 'starter-nllb', family: 'nllb', licence: 'MIT', state: 'present', reason: null })
  expect(model.revision).toMatch(/^[0-9a-f]{16}$/)
  expect(model.sizeBytes).toBeGreaterThan(1_000_000)
  expect(model.minTokenLogProb).toBeLessThan(0)
  expect(await describeModels(copy.modelsPath)).toEqual([model])
})

test('a model that is not there is absent', async () => {
  await rm(copy.modelPath, { recursive: true })
  const absent = { state: 'absent', reason: 'none of its files is there', revision: null, sizeBytes: 0 }
  expect(await describeModels(copy.modelsPath)).toMatchObject([absent])
  const file = join(copy.modelsPath, 'a-file')
  await writeFile(file, '')
  expect(await describeModels(file)).toMatchObject([absent])
})

describe('its revision', () => {
  const setting = (minTokenLogProb: number) => writeFile(inCopy('meeshy.json'), JSON.stringify({ minTokenLogProb }))

  test.each([
    ['its architecture', () => writeFile(inCopy(modelFiles.config), '{"model_type":"m2m_100"}')],
    ['its tokenizer', () => writeFile(inCopy(modelFiles.tokenizer), '{"added_tokens":[]}')],
    ['how its tokenizer is set', () => writeFile(inCopy(modelFiles.tokenizerConfig), '{}')],
    ['what of it is shown', () => setting(-0.1)],
  ])('changes with %s', async (_, change) => {
    // Without checksums, so that a change is no damage.
    await setting(-0.57)
    const before = await describeCopy()
    await change()
    const after = await describeCopy()
    expect(after.state).toBe('present')
    expect(after.revision).not.toBe(before.revision)
  })

  test('stays with the times of its files and the rest of meeshy.json', async () => {
    const before = await describeCopy()
    await utimes(inCopy(modelFiles.config), 1, 1)
    await setting(before.minTokenLogProb)
    const after = await describeCopy()
    expect(after.revision).toBe(before.revision)
    expect(after.stamp).not.toBe(before.stamp)
  })
})

describe('a bad file makes it failed, with the reason', () => {
  test.each([
    ['onnx/decoder_model_merged_quantized.onnx missing', () => rm(inCopy(modelFiles.decoder))],
    [
      'onnx/encoder_model_quantized.onnx is cut short or not an ONNX model',
      () => truncate(inCopy(modelFiles.encoder), 999_999),
    ],
    [
      'onnx/encoder_model_quantized.onnx is cut short or not an ONNX model',
      () => writeFile(inCopy(modelFiles.encoder), 'garbage'),
    ],
    [
      'onnx/decoder_model_merged_quantized.onnx is cut short or not an ONNX model',
      () => truncate(inCopy(modelFiles.decoder), 0),
    ],
    ['config.json is not of a m2m_100 model', () => writeFile(inCopy(modelFiles.config), '{"model_type":"t5"}')],
    ['config.json is not a JSON object', () => writeFile(inCopy(modelFiles.config), '{"model_')],
    ['tokenizer.json is not a JSON object', () => truncate(inCopy(modelFiles.tokenizer), 1000)],
    ['tokenizer.json has no added_tokens', () => writeFile(inCopy(modelFiles.tokenizer), '{}')],
    ['meeshy.json is not a JSON object', () => truncate(inCopy('meeshy.json'), 0)],
    [
      'meeshy.json has a minTokenLogProb that is no number below 0',
      () => writeFile(inCopy('meeshy.json'), '{"minTokenLogProb":"x"}'),
    ],
    [
      'tokenizer.json has another checksum',
      () => writeFile(inCopy('meeshy.json'), '{"sha256":{"tokenizer.json":"00"}}'),
    ],
  ])('%s', async (reason, damage) => {
    await damage()
    expect(await describeCopy()).toMatchObject({ state: 'failed', reason, revision: null })
  })
})

test('a single flipped bit makes it failed', async () => {
  for (const file of [modelFiles.config, modelFiles.tokenizer, modelFiles.encoder, modelFiles.decoder]) {
    const right = await readFile(inCopy(file))
    for (let round = 0; round < 3; round++) {
      const wrong = Buffer.from(right)
      const place = randomInt(wrong.length)
      wrong[place] = (wrong[place] as number) ^ (1 << randomInt(8))
      await writeFile(inCopy(file), wrong)
      expect(await describeCopy(), `${file}, byte ${place}`).toMatchObject({ state: 'failed' })
    }
    await writeFile(inCopy(file), right)
  }
  expect(await describeCopy()).toMatchObject({ state: 'present' })
})
