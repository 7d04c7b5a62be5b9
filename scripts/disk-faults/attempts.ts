import { metadataKeys } from '@meeshy/shared/messaging/contract'
import { Problem } from '@meeshy/shared/problems'
import type { ContractClient } from '@meeshy/shared/testing/contract-client'
import type { Request } from '../lib/durability/author.js'

/** Requests to a service in trouble, made once each: how many were acknowledged, and how the others failed. */
export class Attempts {
  acknowledged = 0
  /** To be made again when the trouble is over. */
  readonly failed: Request[] = []
  /** The errors that are no `messages_unavailable` of the service itself. */
  readonly unclear: string[] = []
  longestMs = 0

  /** @returns whether it was acknowledged */
  async make(request: Request, client: ContractClient): Promise<boolean> {
    const startedAt = performance.now()
    try {
      await request(client)
      this.acknowledged += 1
      return true
    } catch (error) {
      this.failed.push(request)
      if (!isClear(error)) this.unclear.push(String(error))
      return false
    } finally {
      this.longestMs = Math.max(this.longestMs, performance.now() - startedAt)
    }
  }
}

/** What a client makes of a broken link says the same, so look at what came over the wire. */
function isClear(error: unknown): boolean {
  if (!(error instanceof Problem)) return false
  const { metadata } = error.options.cause as { metadata?: { get(key: string): unknown[] } }
  return metadata?.get(metadataKeys.problemCode)[0] === 'messages_unavailable'
}
