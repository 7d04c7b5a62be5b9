import type { Event__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Event'
import type { Message__Output } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import type { Context } from '../../context.js'
import { findMentions } from '../../mentions.js'
import { findUsersByName } from '../../store/notifications.js'
import { notifyAll } from './notify.js'

/** The feed waits when so many messages with mentions do. */
const mostWaiting = 1_000

/** Notifies those whom messages mention, beside the feed: nobody's frames wait for it. */
export class Mentions {
  readonly #context: Pick<Context, 'database' | 'rooms' | 'hub' | 'log'>
  #work: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(context: Pick<Context, 'database' | 'rooms' | 'hub' | 'log'>) {
    this.#context = context
  }

  /** Takes an event after its delivery; one that comes again, or an edit, notifies only those who were not. */
  async take({ type, message }: Event__Output): Promise<void> {
    if ((type !== 'new' && type !== 'edited') || !message || message.deletedAt !== undefined) return
    const mentions = findMentions(message.content)
    if (mentions.length === 0) return
    this.#waiting += 1
    this.#work = this.#work
      .then(() => tell(this.#context, message, mentions))
      .catch((error: unknown) => {
        this.#context.log.error('Nobody could be told of a mention', { error, messageId: message.id })
      })
      .finally(() => {
        this.#waiting -= 1
      })
    if (this.#waiting > mostWaiting) await this.#work
  }

  /** Resolves when all that was taken so far is done. */
  settled(): Promise<void> {
    return this.#work
  }
}

async function tell(
  context: Pick<Context, 'database' | 'rooms' | 'hub' | 'log'>,
  { id, conversationId, senderId }: Message__Output,
  mentions: string[][],
): Promise<void> {
  const people = await findUsersByName(context.database, mentions.flat())
  const room = await context.rooms.read(conversationId)
  const isMember = (userId: string | undefined) => userId !== undefined && room.has(userId)
  const mentioned = mentions.flatMap((names) => names.map((name) => people.get(name)).find(isMember) ?? [])
  await notifyAll(context, mentioned, { type: 'mention', actorId: senderId, conversationId, messageId: id })
}
