import type { Context } from '../context.js'
import type { Message } from '../store/convert.js'
import { priorities } from '../store/priorities.js'

/** After the commit of a new text: wakes the readers, and queues what has to be translated. */
export function announce({ feed, queue }: Context, { id, translations }: Message): void {
  feed.notify()
  if (translations.some(({ status }) => status === 'pending')) queue.add(id, priorities.live)
}
