import { expect, vi } from 'vitest'
import { TranslatorError, type TranslatorErrorReason } from '../../src/inference/translator.js'
import { removeSomeEvents } from '../../src/store/event-log.js'
import type { Arguments } from './actions.js'
import type { Scene } from './scene.js'

/** The model takes long from now on, so that edits and deletions overtake it. */
export async function hold(scene: Scene): Promise<void> {
  scene.hold()
}

/** Everything that was waiting goes on. */
export async function release(scene: Scene): Promise<void> {
  scene.release()
}

/** The next sentence is not translated, for good or at the first attempt. */
export async function fail(scene: Scene, { reason }: Arguments<'fail'>): Promise<void> {
  scene.mayFail = true
  const error = new TranslatorError(reason as TranslatorErrorReason, 'the fake was told to fail')
  vi.spyOn(scene.stage.translator, 'translate').mockRejectedValueOnce(error)
}

/** The service stops and starts, and the gateway finds it again where it was. */
export async function restart(scene: Scene): Promise<void> {
  await cut(scene)
  await scene.stage.restart()
  scene.held = false
  await connect(scene, { cursorsBack: 0 })
}

/** The gateway loses the stream, and is without it for a while. */
export async function cut(scene: Scene): Promise<void> {
  scene.tap.take()
  scene.tap.cut()
}

/** The gateway takes the stream up where it stopped, or from an older cursor that it had written down. */
export async function connect(scene: Scene, { cursorsBack }: Arguments<'connect'>): Promise<void> {
  const { tap, client, model } = scene
  if (tap.isConnected) return
  const place = tap.placeBefore(cursorsBack)
  const missed = model.rooms.some(({ id, forgottenTo }) => (place.get(id) ?? 0) < forgottenTo)
  // Where the stream begins is known only while nothing happens.
  if (missed) await scene.settle()
  expect(await tap.connect(client, cursorsBack)).toBe(missed ? 'retention' : undefined)
  if (missed) tap.startAt(await lastEventSeqs(scene))
}

/** Time passes, and the log is cut off before what happens next. */
export async function forgetEvents(scene: Scene): Promise<void> {
  const { tap, model, stage } = scene
  await scene.settle()
  const lastSeqs = await lastEventSeqs(scene)
  if (tap.isConnected) for (const [id, lastSeq] of lastSeqs) await tap.waitForEvent(id, lastSeq)
  const { database } = stage.test.service.context
  let more = true
  while (more) more = await database.write((sql) => removeSomeEvents(sql, Date.now() + 1000))
  for (const room of model.rooms) room.forgottenTo = lastSeqs.get(room.id) ?? 0
}

async function lastEventSeqs(scene: Scene): Promise<Map<string, number>> {
  const lastSeqs = new Map<string, number>()
  for (const room of scene.model.rooms) lastSeqs.set(room.id, await scene.lastEventSeq(room))
  return lastSeqs
}
