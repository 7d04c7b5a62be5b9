import type { PrismaClient } from '@meeshy/shared/generated/prisma/client'
import { newId } from '@meeshy/shared/ids'

export interface BenchRoom {
  conversationId: string
  /** Of the first language. */
  writerId: string
  /** In the order of their languages. */
  memberIds: string[]
}

/** A conversation with a new person for each of these languages, as the gateway would write them. */
export async function createRoom(database: PrismaClient, languages: readonly string[]): Promise<BenchRoom> {
  const [room] = await createRooms(database, languages, 1)
  if (!room) throw new Error('one room was asked for')
  return room
}

/** So many conversations of the same new people. */
export async function createRooms(
  database: PrismaClient,
  languages: readonly string[],
  count: number,
): Promise<BenchRoom[]> {
  const memberIds = languages.map(() => newId())
  const writerId = memberIds[0] ?? ''
  const rooms = Array.from({ length: count }, () => ({ conversationId: newId(), writerId, memberIds }))
  await database.user.createMany({
    data: languages.map((preferredLanguage, index) => {
      const id = memberIds[index] ?? ''
      return { id, username: id, usernameKey: id, displayName: id, displayNameKey: id, preferredLanguage }
    }),
  })
  await database.conversation.createMany({
    data: rooms.map(({ conversationId: id }) => ({ id, type: 'group', createdById: writerId })),
  })
  await database.conversationMember.createMany({
    data: rooms.flatMap(({ conversationId }) =>
      memberIds.map((userId) => ({ conversationId, userId, joinedAt: new Date(0) })),
    ),
  })
  return rooms
}
