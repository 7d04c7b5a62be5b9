import { type Static, Type } from 'typebox'
import { NullableString, PublicUserSchema, ref } from '../schemas.js'

const notificationTypes = ['mention', 'friend_request', 'friend_request_accepted', 'added_to_conversation'] as const

export type NotificationType = (typeof notificationTypes)[number]

/** Something that somebody should see when they come back, as over REST. It holds no text of a message. */
export const NotificationSchema = Type.Object(
  {
    id: Type.String(),
    type: Type.String({ description: notificationTypes.join(', '), examples: ['mention'] }),
    actor: Type.Union([ref(PublicUserSchema), Type.Null()], { description: 'who caused it' }),
    conversationId: NullableString,
    messageId: NullableString,
    requestId: NullableString,
    createdAt: Type.String(),
    readAt: NullableString,
  },
  { $id: 'Notification', description: 'Something to see when one comes back' },
)

export type ClientNotification = Static<typeof NotificationSchema>
