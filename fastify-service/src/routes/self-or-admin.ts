import { Problem } from '@meeshy/shared/problems'
import type { Context } from '../context.js'
import type { Identity } from '../plugins/auth.js'
import { readProfile, shareConversation } from '../store/accounts/profiles.js'

/**
 * For what a person and the administrators may do with an account.
 *
 * @throws Problem forbidden for everybody else; not_found for whoever does not even see this person
 */
export async function requireSelfOrAdmin(
  { database }: Pick<Context, 'database'>,
  { userId, role }: Identity,
  id: string,
): Promise<void> {
  if (id === userId || role === 'ADMIN') return
  // Guests know the people of their conversation, and nobody else.
  const sees =
    role === 'GUEST' ? await shareConversation(database, userId, id) : await readProfile(database, userId, id)
  throw new Problem(sees ? 'forbidden' : 'not_found')
}
