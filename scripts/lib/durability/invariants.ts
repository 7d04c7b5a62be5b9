import type { openConnection } from '@meeshy/shared/database/connection'

export type Connection = Awaited<ReturnType<typeof openConnection>>

/** What holds in every database of messages, whatever was asked of it; every number must be 0. */
export interface Damages {
  /** Lines of SQLite's own checks that are not "ok". */
  damages: number
  /** Messages beyond the first that have the same author and clientMessageId. */
  twice: number
  /** Sequence numbers of messages that are missing between 1 and the last of their conversation. */
  seqGaps: number
  /** The same of events. */
  eventGaps: number
  /** Messages that have not exactly the events that their revision and tombstone tell of. */
  wrongEvents: number
  /** Conversations whose counters are not the last message and the last event. */
  wrongCounters: number
}

/** @param quick leaves out what SQLite says of its indexes, which takes long in a large file */
export function findDamages(database: Connection, { quick = false } = {}): Damages {
  const count = (sql: string) => Number(database.prepare(sql).pluck().get() ?? 0)
  const check = quick ? 'quick_check' : 'integrity_check'
  const lines = database.prepare(`PRAGMA ${check}`).pluck().all()
  const strangers = database.pragma('foreign_key_check') as unknown[]
  return {
    damages: lines.filter((line) => line !== 'ok').length + strangers.length,
    twice: count('SELECT COUNT(*) - COUNT(DISTINCT senderId || clientMessageId) FROM Message'),
    seqGaps: count(gapsIn('Message', 'seq')),
    eventGaps: count(gapsIn('MessageEvent', 'eventSeq')),
    wrongEvents: count(wrongEvents),
    wrongCounters: count(wrongCounters),
  }
}

function gapsIn(table: string, column: string): string {
  // The primary key's order would serve as well: without an index of its own, a damaged one cannot hide a row.
  return `SELECT SUM(gaps) FROM (
    SELECT MAX(${column}) - COUNT(DISTINCT ${column}) AS gaps FROM ${table} NOT INDEXED GROUP BY conversationId)`
}

const wrongEvents = `
  SELECT COUNT(*) FROM Message m LEFT JOIN (
    SELECT messageId, SUM(type = 'new') AS news, SUM(type = 'edited') AS edits, SUM(type = 'deleted') AS deletions
    FROM MessageEvent GROUP BY messageId) e ON e.messageId = m.id
  WHERE (COALESCE(e.news, 0), COALESCE(e.edits, 0), COALESCE(e.deletions, 0))
    <> (1, m.revision - 1, m.deletedAt IS NOT NULL)`

const wrongCounters = `
  SELECT COUNT(*) FROM (
    SELECT conversationId, MAX(seq) AS lastSeq FROM Message GROUP BY conversationId) m
  LEFT JOIN ConversationState s USING (conversationId)
  WHERE s.lastSeq IS NOT m.lastSeq OR s.lastEventSeq IS NOT (
    SELECT MAX(eventSeq) FROM MessageEvent e WHERE e.conversationId = m.conversationId)`
