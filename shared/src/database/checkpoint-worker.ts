// The thread of a CheckpointThread. Its data is the file. "empty" asks to empty the log and is answered with whether it
// is empty now; "end" ends the thread. What throws ends it, too, and becomes the error of the thread.
import { parentPort, workerData } from 'node:worker_threads'
import { openConnection } from './connection.js'

/**
 * How long SQLite waits for a writer to finish, and then, while other writers wait, for the last readers: enough to meet
 * a gap between the transactions of a busy service.
 */
const patienceMs = 50

interface Checkpoint {
  busy: number
  /** Pages in the log, and how many of them are in the database file by now. */
  log: number
  checkpointed: number
}

const connection = await openConnection(workerData as string).catch(fail)
connection.pragma(`busy_timeout = ${patienceMs}`)

parentPort?.on('message', (message: 'empty' | 'end') => {
  if (message === 'empty') return parentPort?.postMessage(emptyLog())
  connection.close()
  parentPort?.close()
})

/** Most is moved beside the writers; only what they have added meanwhile is moved while they wait. */
function emptyLog(): boolean {
  try {
    return checkpoint('PASSIVE') && checkpoint('TRUNCATE')
  } catch (error) {
    return fail(error)
  }
}

/** @returns whether all was moved that was in the log when it began */
function checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): boolean {
  const [result] = connection.pragma(`wal_checkpoint(${mode})`) as Checkpoint[]
  return result?.busy === 0 && result.log === result.checkpointed
}

/** Ends the thread. An error of SQLite's own class would lose its words on the way to the other thread. */
function fail(error: unknown): never {
  throw new Error(String(error))
}
