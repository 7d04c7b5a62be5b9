import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { CheckpointThread } from '@meeshy/shared/database/checkpoint-thread'
import { databaseFile } from '@meeshy/shared/database/url'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { holdRead } from './hold-read.js'
import { openRoom } from './open-room.js'
import { searchFiles } from './search-files.js'
import { fakeModel, TestService } from './start-service.js'

const word = 'zukanarilog'

let test: TestService

beforeEach(async () => {
  test = await TestService.start({ models: [fakeModel().model] })
  await waitFor(() => logSize() === 0, { what: 'the checkpoint of the start' })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await test.close()
})

async function wordIsGone(): Promise<void> {
  const files = dirname(databaseFile(test.url))
  const gone = async () => (await searchFiles(files, [word])).length === 0
  await waitFor(gone, { what: 'the word to be gone', timeoutMs: 15_000 })
}

function logSize(): number {
  return statSync(`${databaseFile(test.url)}-wal`).size
}

/** Sends and deletes a message that holds the word. */
async function sendAndDelete(): Promise<void> {
  const room = await openRoom(test)
  const { id } = await room.send(`Bonjour ${word}`)
  await room.remove(id)
}

describe('the write-ahead log', () => {
  it('is emptied soon after a deletion, although somebody who reads long has put it off', async () => {
    const attempts = vi.spyOn(CheckpointThread.prototype, 'emptyLog')
    const room = await openRoom(test)
    const { id } = await room.send(`Bonjour ${word}`)
    const release = await holdRead(test.url)
    await room.remove(id)
    const refused = async () => (await Promise.all(attempts.mock.results.map(({ value }) => value))).includes(false)
    await waitFor(refused, { what: 'an attempt in vain' })
    expect(await searchFiles(dirname(databaseFile(test.url)), [word])).not.toEqual([])
    // Nobody else waits for that reader.
    await room.send('Bonsoir')
    release()
    await wordIsGone()
  })

  it('is small again after a burst', async () => {
    const room = await openRoom(test)
    const limit = 4 * 1024 * 1024
    const long = 'encore '.repeat(500)
    const release = await holdRead(test.url)
    while (logSize() < 2 * limit) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => room.send(`${index} ${long}`)))
    }
    release()
    await waitFor(() => logSize() < limit, { what: 'a small log' })
  })

  it('is emptied by another thread when the first has died', async () => {
    const emptyLog = CheckpointThread.prototype.emptyLog
    const errors = vi.spyOn(test.service.context.log, 'error')
    const dying = vi.spyOn(CheckpointThread.prototype, 'emptyLog').mockImplementationOnce(async function (
      this: CheckpointThread,
    ) {
      await this.close()
      return emptyLog.call(this)
    })
    await sendAndDelete()
    await wordIsGone()
    const [first, second] = dying.mock.contexts
    expect(second).not.toBe(first)
    expect(errors.mock.calls).toEqual([['the write-ahead log could not be emptied', { error: expect.any(Error) }]])
  })

  it('is emptied by a stop that follows a deletion', async () => {
    await sendAndDelete()
    await test.stop()
    expect(await searchFiles(dirname(databaseFile(test.url)), [word])).toEqual([])
    await test.run({ models: [fakeModel().model] })
  })
})
