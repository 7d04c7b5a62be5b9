import { join } from 'node:path'
// The only import of the runtime. `session.run` computes on the thread that calls it, whatever its promise suggests:
// this module belongs into the engine's process and nowhere else.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { modelFiles } from './model-files.js'

export type { InferenceSession, Tensor }

export interface Sessions {
  encoder: InferenceSession
  decoder: InferenceSession
}

/** Opens a model's two graphs on the CPU with `threads` threads each. @throws whatever the runtime says of a bad file */
export async function openSessions(modelPath: string, threads: number): Promise<Sessions> {
  const encoder = await InferenceSession.create(join(modelPath, modelFiles.encoder), sessionOptions(threads))
  const decoder = await InferenceSession.create(join(modelPath, modelFiles.decoder), sessionOptions(threads))
  return { encoder, decoder }
}

export async function closeSessions(sessions: Sessions): Promise<void> {
  await sessions.encoder.release()
  await sessions.decoder.release()
}

export function int64Tensor(values: readonly number[], shape: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), shape)
}

export function boolTensor(value: boolean): Tensor {
  return new Tensor('bool', Uint8Array.of(value ? 1 : 0), [1])
}

export function floatTensor(values: Float32Array, shape: readonly number[]): Tensor {
  return new Tensor('float32', values, shape)
}

/** The rows `rows` of a float tensor along its first dimension, in that order; a row may be named several times. */
export function takeRows(tensor: Tensor, rows: readonly number[]): Tensor {
  const [count = 1, ...shape] = tensor.dims
  const data = floats(tensor)
  const size = data.length / count
  const taken = new Float32Array(size * rows.length)
  rows.forEach((row, index) => {
    taken.set(data.subarray(row * size, (row + 1) * size), index * size)
  })
  return floatTensor(taken, [rows.length, ...shape])
}

/** The numbers of a float tensor, not copied. */
export function floats(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array
}

function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Idle threads sleep: a chat server's machine has other work than to wait for the next sentence.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    logSeverityLevel: 3,
  }
}
