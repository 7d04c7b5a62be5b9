import { type ServiceError, status } from '@grpc/grpc-js'
import type { MessagingServiceClient } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MessagingService'
import { newId } from '@meeshy/shared/ids'
import { MessagingService, metadataKeys } from '@meeshy/shared/messaging/contract'
import { callOnce, deadlineMs } from './call.js'

/**
 * Asks for a message that nobody has: the service has to look into its database to say so, and that is what its other
 * calls wait for. Its health service would answer from memory.
 */
export async function probe(client: MessagingServiceClient): Promise<'answered' | 'silent' | 'lost'> {
  const request = { messageId: newId(), userId: newId() }
  const deadline = Date.now() + deadlineMs
  try {
    await callOnce(client, MessagingService.service.GetMessage, request, { deadline })
    return 'answered'
  } catch (error) {
    const { code, metadata } = error as ServiceError
    if (metadata?.get(metadataKeys.problemCode).length) return 'answered'
    return code === status.DEADLINE_EXCEEDED ? 'silent' : 'lost'
  }
}
