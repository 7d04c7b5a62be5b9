import { openDatabase } from '@meeshy/shared/database/open'
import { newId } from '@meeshy/shared/ids'

export interface People {
  userIds: string[]
  /** All of them are members of each. */
  conversationIds: string[]
}

/** Writes people and their conversations, as the gateway would. All read the same language: no model is needed. */
export async function createPeople(databaseUrl: string, people: number, conversations: number): Promise<People> {
  const userIds = Array.from({ length: people }, () => newId())
  const conversationIds = Array.from({ length: conversations }, () => newId())
  const database = await openDatabase(databaseUrl)
  try {
    await database.user.createMany({
      data: userIds.map((id) => ({
        ...{ id, username: id, usernameKey: id, displayName: id, displayNameKey: id },
        preferredLanguage: 'en',
      })),
    })
    await database.conversation.createMany({
      data: conversationIds.map((id) => ({ id, type: 'group', createdById: userIds[0] ?? '' })),
    })
    await database.conversationMember.createMany({
      data: conversationIds.flatMap((conversationId) => userIds.map((userId) => ({ conversationId, userId }))),
    })
  } finally {
    await database.$disconnect()
  }
  return { userIds, conversationIds }
}
