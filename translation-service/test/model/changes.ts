import type { Message__Output as Message } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/Message'
import { expect } from 'vitest'
import { answerOf, type Outcome } from './calls.js'
import { type Facts, type Found, now, type Room } from './model.js'
import { type CreateCall, refusalOfCreate, refusalOfUpdate, type UpdateCall } from './rules.js'
import type { Scene } from './scene.js'
import { hasWords } from './texts.js'
import { checkView } from './views.js'

export type CreateRequest = CreateCall & { originalLanguage?: string }

/** Checks the answer to a message that was sent, and takes it into the model. */
export function checkCreated(
  scene: Scene,
  call: CreateRequest,
  outcome: Outcome<{ message: Message; created: boolean }>,
): void {
  const { model } = scene
  const answer = answerOf(outcome, refusalOfCreate(model, call))
  if (!answer) return
  const known = model.findSent(call.senderId, call.clientMessageId)
  expect(answer.created, 'whether it was made').toBe(known === undefined)
  if (!known) append(model.rooms.find(({ id }) => id === call.conversationId) as Room, call, answer.message)
  const { room, facts } = model.findSent(call.senderId, call.clientMessageId) as Found
  checkView(scene, model.reader(room, call.senderId), answer.message, facts)
}

function append(room: Room, call: CreateRequest, { id, createdAt, ...message }: Message): void {
  expect(new Date(createdAt).toISOString()).toBe(createdAt)
  room.append({
    ...{ id, createdAt, conversationId: room.id, seq: room.lastSeq + 1, revision: 1, messageType: 'text' },
    ...{ senderId: call.senderId, clientMessageId: call.clientMessageId, content: call.content },
    ...languageOf(call, message),
    ...(call.replyToId === undefined ? {} : { replyToId: call.replyToId }),
  })
}

/** Checks the answer to an edit, and takes it into the model. */
export function checkUpdated(
  scene: Scene,
  call: UpdateCall & { originalLanguage?: string },
  outcome: Outcome<{ message: Message; changed: boolean }>,
): void {
  const answer = answerOf(outcome, refusalOfUpdate(scene.model, call))
  if (!answer) return
  const { room, sent, facts } = scene.model.find(call.messageId) as Found
  expect(answer.changed, 'whether it was changed').toBe(facts.content !== call.content)
  if (answer.changed) {
    const { content } = call
    const editedAt = momentOf(answer.message.editedAt, facts)
    const language = languageOf(call, answer.message)
    room.change(sent, { ...facts, content, ...language, revision: facts.revision + 1, editedAt }, 'edited')
  }
  checkView(scene, scene.model.reader(room, call.userId), answer.message, now(sent))
}

/** What the client says of the language is believed, of texts that have words; what is detected is taken as given. */
function languageOf(
  { content, originalLanguage: said }: { content: string; originalLanguage?: string },
  message: Pick<Message, 'originalLanguage' | 'languageSource'>,
): Pick<Facts, 'originalLanguage' | 'languageSource'> {
  if (!hasWords(content)) return { originalLanguage: 'und', languageSource: 'detected' }
  if (said !== undefined) return { originalLanguage: said, languageSource: 'client' }
  const { originalLanguage, languageSource } = message
  expect(['detected', 'profile']).toContain(languageSource)
  return { originalLanguage, languageSource }
}

/** When something happened, according to the service: after the message was written. */
export function momentOf(time: string | undefined, { createdAt }: Facts): string {
  expect(Date.parse(time ?? '')).toBeGreaterThanOrEqual(Date.parse(createdAt))
  return time ?? ''
}
