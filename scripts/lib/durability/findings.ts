import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openConnection } from '@meeshy/shared/database/connection'
import { type Connection, type Damages, findDamages } from './invariants.js'
import { type Entry, keyOf, type Ledger, type State } from './ledger.js'

/** What a database says against what its authors were told; every number but the first two must be 0. */
export interface Findings extends Damages {
  /** Messages of which the authors have an ack. */
  acknowledged: number
  stored: number
  /** Acknowledged, but not stored. */
  lost: number
  /** Stored with another text, revision, tombstone, id or sequence number than was acknowledged. */
  altered: number
  /** Stored, but nobody has sent them. */
  strange: number
  /** Read marks that stand before what was acknowledged. */
  marksLost: number
  /** Acks that told something else than what was asked for. */
  wrongAcks: number
}

/** Whether everything that was acknowledged is there once, in order, as it was acknowledged. */
export function isSound(findings: Findings): boolean {
  const { acknowledged: _, stored: __, ...wrong } = findings
  return Object.values(wrong).every((count) => count === 0)
}

/**
 * Compares what a crash at this moment would leave with what was acknowledged. It looks at a copy, so that the service
 * itself meets what its end has left; nothing may write meanwhile.
 */
export async function inspect(file: string, ledger: Ledger, options: { quick?: boolean } = {}): Promise<Findings> {
  return withCopy(file, (database) => {
    const rows = database.prepare(selectStored).all() as Row[]
    const byKey = new Map(rows.map((row) => [keyOf(row), row]))
    const entries = [...ledger.entries.values()]
    const acknowledged = entries.filter((entry) => entry.acknowledged !== null)
    return {
      acknowledged: acknowledged.length,
      stored: rows.length,
      lost: acknowledged.filter((entry) => !byKey.has(keyOf(entry))).length,
      altered: entries.filter((entry) => !isAsTold(entry, byKey.get(keyOf(entry)))).length,
      strange: rows.filter((row) => !ledger.entries.has(keyOf(row))).length,
      marksLost: countLostMarks(database, ledger),
      wrongAcks: ledger.wrongAcks,
      ...findDamages(database, options),
    }
  })
}

/** Opens a copy of a database and its write-ahead log, as the first one to open it after a crash. */
async function withCopy<Result>(file: string, look: (database: Connection) => Result): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'meeshy-copy-'))
  try {
    const copy = join(folder, 'copy.db')
    for (const part of ['', '-wal']) if (existsSync(file + part)) copyFileSync(file + part, copy + part)
    const database = await openConnection(copy)
    try {
      return look(database)
    } finally {
      database.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Row {
  id: string
  senderId: string
  clientMessageId: string
  seq: number
  revision: number
  deletedAt: string | null
  text: string
}

const selectStored = `
  SELECT m.id, m.senderId, m.clientMessageId, m.seq, m.revision, m.deletedAt, t.value AS text
  FROM Message m LEFT JOIN Text t ON t.id = m.textId`

/** A message is as its last ack told it, or as the request under way makes it. One that is missing is lost at most. */
function isAsTold({ acknowledged, underWay }: Entry, row: Row | undefined): boolean {
  if (!row) return true
  if (acknowledged && (row.id !== acknowledged.id || row.seq !== acknowledged.seq)) return false
  return [acknowledged, underWay].some((state) => state !== null && says(row, state))
}

/** Of a tombstone the words are gone: spaces stand in their place. */
function says(row: Row, { content, revision }: State): boolean {
  if (row.revision !== revision) return false
  return content === null ? row.deletedAt !== null && row.text.trim() === '' : !row.deletedAt && row.text === content
}

function countLostMarks(database: Connection, ledger: Ledger): number {
  const select = database.prepare('SELECT seq FROM MessageReadStatus WHERE conversationId = ? AND userId = ?').pluck()
  return ledger.marks.filter(({ conversationId, userId, seq }) => Number(select.get(conversationId, userId) ?? 0) < seq)
    .length
}
