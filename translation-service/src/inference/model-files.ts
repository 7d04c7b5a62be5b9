import { type Stats, statSync } from 'node:fs'
import { join } from 'node:path'

/** The files that a translation model consists of, relative to its folder: the layout of public NLLB exports. */
export const modelFiles = {
  config: 'config.json',
  tokenizer: 'tokenizer.json',
  tokenizerConfig: 'tokenizer_config.json',
  encoder: 'onnx/encoder_model_quantized.onnx',
  decoder: 'onnx/decoder_model_merged_quantized.onnx',
} as const

/** Those of `modelFiles` that the folder lacks; all of them when there is no folder. */
export function missingModelFiles(modelPath: string): string[] {
  return Object.values(modelFiles).filter((file) => !statModelFile(modelPath, file)?.isFile())
}

/** Sizes and times of change of `modelFiles`. As long as a folder has the same stamp, its files are the same. */
export function stampModelFiles(modelPath: string): string {
  const stats = Object.values(modelFiles).map((file) => statModelFile(modelPath, file))
  return JSON.stringify(stats.map((one) => [one?.size, one?.mtimeMs]))
}

/** Undefined for a file that is not there, and for one that nobody may look at. */
export function statModelFile(modelPath: string, file: string): Stats | undefined {
  try {
    return statSync(join(modelPath, file))
  } catch {
    return undefined
  }
}
