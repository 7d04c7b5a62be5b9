import { randomUUID } from 'node:crypto'
import type { ResumedData, ServerFrame } from '@meeshy/shared/frames/server-frames'
import { newId } from '@meeshy/shared/ids'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { NotAcknowledged } from '../lib/chat-socket.js'
import { Line } from '../lib/follower/line.js'

type Part = ResumedData['conversations'][string]

interface Place {
  gatewayUrl: string
  token: string
  epoch: string
  conversationId: string
  /** A conversation that this person is no member of. */
  foreignId: string
  /** A number that events have not reached. */
  beyond: number
}

/**
 * Resumes from where nobody has been: each has to end in everything from the start, an explicit resync with the right
 * reason, or a problem. @returns those that did not
 */
export async function tryOddPositions(place: Place): Promise<string[]> {
  const { conversationId, foreignId, epoch, beyond } = place
  const missing = newId()
  const wrong = [
    await expectRefusal(place, -1),
    await expectRefusal(place, 0.5),
    await expectRefusal(place, 2 ** 31),
    await expectParts(place, epoch, { [conversationId]: 0 }, { [conversationId]: 'everything' }),
    await expectParts(place, epoch, { [conversationId]: beyond }, { [conversationId]: 'unknown_position' }),
    await expectParts(
      place,
      epoch,
      { [foreignId]: 0, [missing]: 7 },
      { [foreignId]: 'not_found', [missing]: 'not_found' },
    ),
    await expectParts(place, randomUUID(), { [conversationId]: 1 }, { [conversationId]: 'epoch' }),
    await expectParts(
      place,
      epoch,
      { [conversationId]: 0, [foreignId]: 1, [missing]: 0 },
      { [conversationId]: 'everything', [foreignId]: 'not_found', [missing]: 'not_found' },
    ),
  ]
  return wrong.filter((one) => one !== null)
}

async function expectRefusal(place: Place, position: number): Promise<string | null> {
  return onLine(place, async (line) => {
    const data = { conversations: { [place.conversationId]: position }, epoch: place.epoch }
    const answer = await line.send('resume', data).catch((error: unknown) => error)
    const code = answer instanceof NotAcknowledged ? answer.problem?.code : 'an ack'
    return code === 'validation_failed' ? null : `resume since ${position} was answered with ${code}`
  })
}

async function expectParts(
  place: Place,
  epoch: string,
  conversations: Record<string, number>,
  expected: Record<string, string>,
): Promise<string | null> {
  return onLine(place, async (line, frames) => {
    await line.send('resume', { conversations, epoch })
    const partsOf = (id: string) =>
      frames.flatMap((frame) => (frame.type === 'resumed' ? (frame.data.conversations[id] ?? []) : []))
    const isDone = (id: string) => partsOf(id).some((part) => 'resync' in part || !part.more)
    await waitFor(() => Object.keys(conversations).every(isDone), { what: 'the end of what was missed' })
    const found = Object.fromEntries(Object.keys(conversations).map((id) => [id, outcomeOf(partsOf(id))]))
    const isRight = Object.entries(expected).every(([id, outcome]) => found[id] === outcome)
    return isRight ? null : `resume brought ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`
  })
}

/** "everything" for events from the first message on without a gap among the messages. */
function outcomeOf(parts: readonly Part[]): string {
  for (const part of parts) if ('resync' in part) return part.reason
  const events = parts.flatMap((part) => ('events' in part ? part.events : []))
  const seqs = events.flatMap((event) => (event.type === 'message.new' ? event.data.seq : []))
  const isInOrder = events.every(({ eventSeq }, index) => eventSeq > (events[index - 1]?.eventSeq ?? 0))
  return isInOrder && seqs.length > 0 && seqs.every((seq, index) => seq === index + 1) ? 'everything' : 'a gap'
}

/** A line of its own, greeted. */
async function onLine<Result>(
  { gatewayUrl, token }: Place,
  work: (line: Line, frames: ServerFrame[]) => Promise<Result>,
): Promise<Result> {
  const frames: ServerFrame[] = []
  const line = new Line(gatewayUrl, token, (frame) => frames.push(frame))
  try {
    await waitFor(() => frames.some(({ type }) => type === 'hello'), { what: 'hello' })
    return await work(line, frames)
  } finally {
    line.cut()
    await line.ended
  }
}
