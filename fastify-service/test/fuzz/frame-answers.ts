import type { Ack, ServerFrame } from '@meeshy/shared/frames/server-frames'
import type { Meaning } from '../protocol/reference.js'

/** What has to come back for the messages of one draft. */
export interface Expected {
  /** One ack for each, as JSON, since 1 and "1" differ. */
  refs: string[]
  /** Messages whose ref cannot be read: an error frame, or nothing when all went well. */
  withoutRef: number
}

export const sentinelRef = 'after the draft'
const longestRef = 64

export function expectedOf({ messages }: Meaning): Expected {
  const refs = messages.map(({ payload, isBinary }) => (isBinary ? undefined : refOf(payload.toString())))
  const readable = refs.filter((ref) => ref !== undefined)
  return { refs: readable, withoutRef: refs.length - readable.length }
}

/** The ref of a frame, read without the gateway's code. */
function refOf(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as unknown
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const { ref } = value as { ref?: unknown }
    const isReadable = typeof ref === 'string' ? [...ref].length <= longestRef : Number.isSafeInteger(ref)
    return isReadable ? JSON.stringify(ref) : undefined
  } catch {
    return undefined
  }
}

/** What is wrong with the answers; nothing when every ref has exactly one ack, and none is a failure of ours. */
export function judge(expected: Expected, answers: ServerFrame[], isClosed: boolean): string[] {
  const acks = answers.filter((answer): answer is Ack => answer.type === 'ack' && answer.ref !== sentinelRef)
  const missing = [...expected.refs]
  const wrong: string[] = []
  for (const ack of acks) {
    const index = missing.indexOf(JSON.stringify(ack.ref))
    if (index === -1) wrong.push(`an ack that nobody asked for: ${JSON.stringify(ack).slice(0, 300)}`)
    else missing.splice(index, 1)
  }
  // Whoever closes waits for no answer.
  if (!isClosed && missing.length > 0) wrong.push(`no ack for ${missing.join(', ')}`)
  const problems = answers.flatMap((answer) =>
    answer.type === 'error' ? [answer.data] : answer.type === 'ack' && !answer.ok ? [answer.error] : [],
  )
  for (const problem of problems) if (problem.status >= 500) wrong.push(`a failure of ours: ${JSON.stringify(problem)}`)
  return wrong
}

/** How a draft went, in a word or two. */
export function outcomeOf(answers: ServerFrame[], { close, isWhole }: Meaning): string {
  if (close !== null) return `close ${close}`
  const [answer] = answers.filter((one) => one.type === 'error' || (one.type === 'ack' && one.ref !== sentinelRef))
  if (answer?.type === 'error') return `error ${answer.data.code}`
  if (answer?.type === 'ack') return answer.ok ? 'ok' : answer.error.code
  return isWhole ? 'nothing' : 'cut off'
}
