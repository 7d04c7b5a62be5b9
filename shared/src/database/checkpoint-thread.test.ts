import { statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../testing/fresh-database.js'
import { CheckpointThread } from './checkpoint-thread.js'
import { openConnection } from './connection.js'
import { databaseFile } from './url.js'

/** A database with something in its log, and a thread to empty it. */
async function start() {
  const { url, remove } = await createTestDatabase()
  onTestFinished(remove)
  const file = databaseFile(url)
  const connection = await openConnection(file)
  onTestFinished(() => void connection.close())
  const insert = connection.prepare(`INSERT INTO "Text" ("value") VALUES ('words')`)
  insert.run()
  const thread = new CheckpointThread(file)
  return { file, connection, insert, thread, logSize: () => statSync(`${file}-wal`).size }
}

test('a log is emptied, again and again', async () => {
  const { thread, insert, logSize } = await start()
  onTestFinished(() => thread.close())
  for (let round = 0; round < 3; round += 1) {
    insert.run()
    expect(logSize()).toBeGreaterThan(0)
    expect(await thread.emptyLog()).toBe(true)
    expect(logSize()).toBe(0)
  }
})

test('somebody who reads puts it off, and writers do not wait for that', async () => {
  const { file, thread, insert, logSize } = await start()
  onTestFinished(() => thread.close())
  const reader = await openConnection(file)
  onTestFinished(() => void reader.close())
  reader.exec('BEGIN')
  reader.prepare('SELECT 1 FROM "Text"').get()
  insert.run()
  expect(await thread.emptyLog()).toBe(false)
  expect(logSize()).toBeGreaterThan(0)
  insert.run()
  reader.exec('COMMIT')
  expect(await thread.emptyLog()).toBe(true)
  expect(logSize()).toBe(0)
})

test('somebody who writes puts it off', async () => {
  const { thread, connection } = await start()
  onTestFinished(() => thread.close())
  connection.exec('BEGIN IMMEDIATE')
  expect(await thread.emptyLog()).toBe(false)
  connection.exec('COMMIT')
  expect(await thread.emptyLog()).toBe(true)
})

test('a thread that fails says why, then and later', async () => {
  const { file, connection, thread } = await start()
  connection.close()
  await thread.close()
  await rm(file)
  const failing = new CheckpointThread(file)
  await expect(failing.emptyLog()).rejects.toThrow('unable to open database file')
  await expect(failing.emptyLog()).rejects.toThrow('unable to open database file')
  await failing.close()
})

test('a thread that was closed says so', async () => {
  const { thread } = await start()
  await thread.close()
  await expect(thread.emptyLog()).rejects.toThrow('The checkpoint thread ended with code 0')
})
