import { parseArgs } from 'node:util'
import { readMemberships } from '../../translation-service/src/store/permissions.js'
import { markAsRead, moveReadMark } from '../../translation-service/src/store/read-marks.js'
import { readSummaries } from '../../translation-service/src/store/summaries.js'
import { runCommand } from '../lib/command.js'
import { inProcess, type Opened, overGrpc, printGrowth, type Subject } from './lib/growth.js'
import { roomCount } from './lib/prepared-history.js'
import type { Side } from './lib/turns.js'

/**
 * Whether unread counts cost the same beside a long conversation: `npm run bench:unread`. The summaries of 200
 * conversations at once, and the read mark in the long one.
 */
await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '1000,100000,1000000' },
      calls: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '5' },
      folder: { type: 'string' },
    },
  })
  const calls = Number(values.calls)
  const sizes = values.sizes.split(',').map(Number)
  const options = { sizes, rounds: Number(values.rounds), folder: values.folder }
  await printGrowth('one call', subjectsOf(calls), options)
  return 0
})

function subjectsOf(calls: number): Subject[] {
  return [
    {
      title: 'store: 200 summaries',
      figures: ['cpu'],
      side: (opened) => inProcess(calls, () => summarise(opened, peopleOf(opened).writer)),
    },
    {
      title: 'store: 200 summaries for a newcomer',
      figures: ['cpu'],
      side: (opened) => inProcess(calls, () => summarise(opened, peopleOf(opened).newcomer)),
    },
    {
      title: 'store: the read mark moves',
      figures: ['cpu'],
      side: (opened) =>
        fromTheStart(
          opened,
          inProcess(calls, (index) => mark(opened, index + 1)),
        ),
    },
    {
      title: 'gRPC: 200 summaries',
      figures: ['cpu', 'p50'],
      side: (opened) => {
        const request = { userId: peopleOf(opened).writer, conversationIds: roomsOf(opened) }
        return overGrpc(opened.service, calls, () => opened.client.summarise(request))
      },
    },
    {
      title: 'gRPC: the read mark moves',
      figures: ['cpu', 'p50'],
      side: (opened) => {
        const { client, history, service } = opened
        const request = { conversationId: history.large.conversationId, userId: peopleOf(opened).reader }
        return fromTheStart(
          opened,
          overGrpc(service, calls, (index) => client.markAsRead({ ...request, seq: index + 1 })),
        )
      },
    },
  ]
}

async function summarise(opened: Opened, userId: string): Promise<void> {
  const { database } = opened
  const summaries = await readSummaries(database, await readMemberships(database, userId, roomsOf(opened)))
  if (summaries.size !== roomCount) throw new Error('a summary is missing')
}

async function mark(opened: Opened, seq: number): Promise<void> {
  const { database, history } = opened
  const place = { conversationId: history.large.conversationId, userId: peopleOf(opened).reader, seq }
  const { moved } = await database.write((sql) => markAsRead(sql, place, new Date(0).toISOString()))
  if (!moved) throw new Error('the mark did not move')
}

/** Before each round the reader has read nothing, so that there is somewhere to move to. */
function fromTheStart(opened: Opened, side: Side): Side {
  const { database, history } = opened
  return async () => {
    await database.write(async (sql) => {
      const key = [history.large.conversationId, peopleOf(opened).reader]
      await sql.run('DELETE FROM "MessageReadStatus" WHERE "conversationId" = ? AND "userId" = ?', ...key)
      await moveReadMark(sql, { conversationId: key[0] ?? '', userId: key[1] ?? '', seq: 0 })
    })
    return side()
  }
}

function roomsOf({ history: { large, others } }: Opened): string[] {
  return [large, ...others].map(({ conversationId }) => conversationId)
}

function peopleOf({ history }: Opened): { writer: string; reader: string; newcomer: string } {
  const [writer = '', reader = '', newcomer = ''] = history.large.memberIds
  return { writer, reader, newcomer }
}
