import type { Arguments, By, Text } from './actions.js'
import { answerOf, outcomeOf } from './calls.js'
import { type CreateRequest, checkCreated, checkUpdated, momentOf } from './changes.js'
import { type Found, now } from './model.js'
import { refusalOfRemove } from './rules.js'
import type { Scene } from './scene.js'
import { contentOf } from './texts.js'
import { checkView } from './views.js'

/** Somebody writes a message. */
export async function create(scene: Scene, { replyTo, ...draft }: Arguments<'create'>): Promise<void> {
  const call = {
    ...callOf(scene, { ...draft, clientMessageId: scene.freshId() }),
    ...(replyTo === undefined ? {} : { replyToId: scene.messageId(replyTo) }),
  }
  checkCreated(scene, call, await outcomeOf(scene.client.create(call)))
}

/** A client that got no answer sends the same again; or one that is wrong sends something else under the same id. */
export async function repeat(scene: Scene, { message, room, text }: Arguments<'repeat'>): Promise<void> {
  const found = scene.model.find(scene.messageId(message))
  if (!found) return
  const { senderId, clientMessageId } = found.facts
  const call = {
    conversationId: (room === undefined ? found.room : scene.room(room)).id,
    content: text === undefined ? found.sent.firstContent : contentOf(text, scene.tag),
    ...{ senderId, clientMessageId },
  }
  checkCreated(scene, call, await outcomeOf(scene.client.create(call)))
}

/** Somebody edits a message, perhaps not knowing what it says by now. */
export async function update(scene: Scene, action: Arguments<'update'>): Promise<void> {
  const { by, message, text, said, expected } = action
  const messageId = scene.messageId(message)
  const revision = scene.model.find(messageId)?.facts.revision ?? 1
  const expectedRevision = {
    none: {},
    right: { expectedRevision: revision },
    wrong: { expectedRevision: revision + 1 },
  }
  const call = {
    messageId,
    userId: userOf(scene, by, messageId),
    content: contentOf(text, scene.tag),
    ...expectedRevision[expected as 'none' | 'right' | 'wrong'],
    ...(said === undefined ? {} : { originalLanguage: said }),
  }
  checkUpdated(scene, call, await outcomeOf(scene.client.update(call)))
}

/** Somebody deletes a message, perhaps again. */
export async function remove(scene: Scene, { by, message }: Arguments<'remove'>): Promise<void> {
  const messageId = scene.messageId(message)
  const call = { messageId, userId: userOf(scene, by, messageId) }
  const answer = answerOf(await outcomeOf(scene.client.remove(call)), refusalOfRemove(scene.model, call))
  if (!answer) return
  const { room, sent, facts } = scene.model.find(call.messageId) as Found
  if (facts.deletedAt === undefined) {
    room.change(sent, { ...facts, content: '', deletedAt: momentOf(answer.deletedAt, facts) }, 'deleted')
  }
  checkView(scene, scene.model.reader(room, call.userId), answer, now(sent))
}

export interface Draft {
  who: number
  room: number
  text: Text
  said: string | undefined
  clientMessageId: string
}

/** The request that sends a draft. */
export function callOf(scene: Scene, { who, room, text, said, clientMessageId }: Draft): CreateRequest {
  return {
    conversationId: scene.room(room).id,
    senderId: scene.person(who).id,
    content: contentOf(text, scene.tag),
    clientMessageId,
    ...(said === undefined ? {} : { originalLanguage: said }),
  }
}

function userOf(scene: Scene, by: By, messageId: string): string {
  const author = scene.model.find(messageId)?.facts.senderId
  return by === 'author' ? (author ?? scene.person(0).id) : scene.person(by).id
}
