import { execFile } from 'node:child_process'
import { rename, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { EngineClient, type EngineClientOptions, type EngineEvent } from './engine-client.js'
import { defaultExecArgv } from './engine-process.js'
import { modelFiles, stampModelFiles } from './model-files.js'
import { copyStarterModel, starterModelPath } from './testing/starter-model.js'
import { rejectsWith, translatorContract } from './testing/translator-contract.js'

const request = { text: 'Where is the station?', source: 'en', targets: ['fr'] } as const
const patient = { timeout: 15_000, interval: 10 }
const undo: (() => unknown)[] = []

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

function open(options: Partial<EngineClientOptions> = {}) {
  const events: { event: EngineEvent; fields: Readonly<Record<string, unknown>> }[] = []
  const onEvent = (event: EngineEvent, fields: Readonly<Record<string, unknown>>) => void events.push({ event, fields })
  const client = new EngineClient({ modelPath: starterModelPath, onEvent, ...options })
  undo.push(() => client.close())
  const pid = () => events.findLast(({ event }) => event === 'engine_started')?.fields.pid as number
  return { client, pid, happened: (event: EngineEvent) => events.some((one) => one.event === event), events }
}

/** An engine that is there and says nothing until SIGCONT: what is sent to it stays in mid-request. */
async function openStopped(options: Partial<EngineClientOptions> = {}) {
  const opened = open(options)
  await opened.client.initialize()
  process.kill(opened.pid(), 'SIGSTOP')
  return opened
}

describe('the engine keeps the contract of a translator', () => {
  const { client: shared } = open()
  undo.length = 0
  for (const [name, check] of Object.entries(translatorContract)) {
    const closes = name.includes('closed')
    test(name, () => check(closes ? open().client : shared))
  }
  test('and is closed', () => shared.close())
})

test('it starts with the first request and says how it is', async () => {
  const { client, happened } = open()
  expect(client.status()).toEqual({ state: 'present', memoryBytes: null, lastUsedAt: null, pending: 0, restarts: 0 })
  const answer = client.translate(request)
  expect(client.status()).toMatchObject({ state: 'loading', pending: 1 })
  expect(await answer).toMatchObject([{ target: 'fr', text: 'Où est la gare ?' }])
  expect(client.status()).toMatchObject({ state: 'ready', pending: 0, restarts: 0 })
  expect(client.status().memoryBytes).toBeGreaterThan(10e6)
  expect(Date.parse(client.status().lastUsedAt ?? '')).not.toBeNaN()
  expect(happened('engine_loaded')).toBe(true)
})

test('when it is killed in mid-request the request is rejected, and the next one answered', async () => {
  const { client, pid } = await openStopped()
  const pending = [client.translate(request), client.translate({ ...request, targets: ['de', 'ja'] })]
  const killed = pid()
  process.kill(killed, 'SIGKILL')
  for (const one of pending) await rejectsWith('engine_crashed', one)
  expect(client.status()).toMatchObject({ state: 'present', pending: 0 })
  expect(await client.translate(request)).toHaveLength(1)
  expect(pid()).not.toBe(killed)
  expect(client.status()).toMatchObject({ state: 'ready', restarts: 1 })
})

test('when it hangs, requests time out, and it is killed and started again', async () => {
  const { client, happened } = await openStopped({ deadlineMs: 50, hangMs: 50 })
  await rejectsWith('timed_out', client.translate(request))
  await vi.waitFor(() => expect(happened('engine_exited')).toBe(true), patient)
  expect(happened('engine_killed')).toBe(true)
  await client.initialize()
  expect(client.status()).toMatchObject({ state: 'ready', restarts: 1, pending: 0 })
})

test('a cancelled request is rejected at once, and counts until the engine has dropped it', async () => {
  const { client, pid } = await openStopped()
  const controller = new AbortController()
  const cancelled = client.translate({ ...request, signal: controller.signal })
  const other = client.translate(request)
  controller.abort()
  await rejectsWith('cancelled', cancelled)
  expect(client.status().pending).toBe(2)
  process.kill(pid(), 'SIGCONT')
  expect(await other).toHaveLength(1)
  expect(client.status().pending).toBe(0)
})

test('over its limit it refuses, and those within are answered', async () => {
  const { client, pid } = await openStopped({ pendingLimit: 2 })
  const within = [client.translate(request), client.translate(request)]
  await rejectsWith('overloaded', client.translate(request))
  process.kill(pid(), 'SIGCONT')
  expect(await Promise.all(within)).toHaveLength(2)
  expect(await client.translate(request)).toHaveLength(1)
})

test('a request that was cancelled while the engine pauses is forgotten', async () => {
  const { client, pid } = await openStopped()
  const pending = client.translate(request)
  process.kill(pid(), 'SIGKILL')
  await rejectsWith('engine_crashed', pending)
  const controller = new AbortController()
  const cancelled = client.translate({ ...request, signal: controller.signal })
  controller.abort()
  await rejectsWith('cancelled', cancelled)
  expect(client.status()).toMatchObject({ state: 'present', pending: 0 })
})

describe('a model that cannot be loaded', () => {
  test('is tried again after a pause, and found when it has come', async () => {
    const { modelsPath, modelPath, remove } = await copyStarterModel()
    undo.push(remove)
    const elsewhere = join(modelsPath, 'elsewhere')
    const { client } = open({ modelPath: elsewhere })
    await rejectsWith('model_absent', client.translate(request))
    await rename(modelPath, elsewhere)
    await vi.waitFor(async () => expect(await client.translate(request)).toHaveLength(1), patient)
  })

  test.each([
    ['a decoder cut short', (path: string) => truncate(join(path, modelFiles.decoder), 1_000_000)],
    ['an encoder of garbage', (path: string) => writeFile(join(path, modelFiles.encoder), 'garbage')],
    ['an empty config', (path: string) => writeFile(join(path, modelFiles.config), '')],
    [
      'a tokenizer without our languages',
      (path: string) => writeFile(join(path, modelFiles.tokenizer), '{"added_tokens":[]}'),
    ],
  ])('has failed: %s', async (_, damage) => {
    const { modelPath, remove } = await copyStarterModel()
    undo.push(remove)
    await damage(modelPath)
    const { client, happened } = open({ modelPath })
    await rejectsWith('model_failed', client.translate(request))
    await vi.waitFor(() => expect(happened('engine_exited')).toBe(true), patient)
    expect(client.status()).toMatchObject({ state: 'failed', reason: 'the model could not be loaded', pending: 0 })
    await rejectsWith('model_failed', client.translate(request))
  })
})

describe('a model whose files are no longer those that were described', () => {
  const refused = { state: 'failed', reason: 'the files of the model have changed: restart the service', pending: 0 }

  async function openDescribed() {
    const { modelPath, remove } = await copyStarterModel()
    undo.push(remove)
    const replace = () => utimes(join(modelPath, modelFiles.tokenizer), 1, 1)
    return { replace, ...open({ modelPath, modelStamp: stampModelFiles(modelPath) }) }
  }

  test('is not opened', async () => {
    const { client, replace, happened } = await openDescribed()
    await replace()
    await rejectsWith('model_failed', client.translate(request))
    expect(client.status()).toMatchObject({ ...refused, restarts: 0 })
    await rejectsWith('model_failed', client.initialize())
    expect(happened('engine_started')).toBe(false)
  })

  test('is not opened again after a crash', async () => {
    const { client, replace, pid, happened } = await openDescribed()
    await client.initialize()
    process.kill(pid(), 'SIGKILL')
    await vi.waitFor(() => expect(happened('engine_exited')).toBe(true), patient)
    await replace()
    await rejectsWith('model_failed', client.translate(request))
    expect(client.status()).toMatchObject({ ...refused, restarts: 0 })
  })

  test('is not used when they changed while it was opened', async () => {
    const { client, replace, happened } = await openDescribed()
    const answer = rejectsWith('model_failed', client.translate(request))
    await replace()
    await answer
    await vi.waitFor(() => expect(happened('engine_exited')).toBe(true), patient)
    expect(client.status()).toMatchObject(refused)
  })
})

describe('when its process cannot be started', () => {
  // Nothing can be given an argument with a zero in it: spawn throws at once, as it does without memory.
  const impossible = '\0'

  test('what waits is rejected', async () => {
    const { client, happened } = open({ execArgv: [impossible] })
    await rejectsWith('engine_crashed', client.translate(request))
    expect(client.status()).toMatchObject({ state: 'failed', reason: 'the engine could not be started', pending: 0 })
    await rejectsWith('engine_crashed', client.initialize())
    expect(happened('engine_started')).toBe(false)
  })

  test('also after a pause, and it is tried again after the next', async () => {
    const execArgv = defaultExecArgv()
    const { client, pid, happened } = open({ execArgv })
    await client.initialize()
    process.kill(pid(), 'SIGKILL')
    await vi.waitFor(() => expect(happened('engine_exited')).toBe(true), patient)
    execArgv.push(impossible)
    const waiting = [client.translate(request), client.initialize()]
    await Promise.all(waiting.map((one) => rejectsWith('engine_crashed', one)))
    expect(client.status()).toMatchObject({ state: 'failed', pending: 0 })
    execArgv.pop()
    await vi.waitFor(async () => expect(await client.translate(request)).toHaveLength(1), patient)
  })
})

test('it ends when its parent is killed', async () => {
  const parent = `
    const { EngineClient } = await import(${JSON.stringify(new URL('./engine-client.ts', import.meta.url).href)})
    const onEvent = (event, { pid }) => { if (event === 'engine_started') console.log(pid); else process.kill(process.pid, 'SIGKILL') }
    await new EngineClient({ modelPath: ${JSON.stringify(starterModelPath)}, onEvent }).initialize()`
  const flags = [...defaultExecArgv(), '--input-type=module', '--eval', parent]
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, flags, (_, stdout) => resolve(stdout)),
  )
  const orphan = Number(output)
  expect(orphan).toBeGreaterThan(0)
  await vi.waitFor(() => expect(() => process.kill(orphan, 0)).toThrow('ESRCH'), patient)
})

test('closed, it leaves no process behind', async () => {
  const { client, pid } = open()
  await client.translate(request)
  await client.close()
  expect(() => process.kill(pid(), 0)).toThrow('ESRCH')
  await rejectsWith('cancelled', client.translate(request))
})
