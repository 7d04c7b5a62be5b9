import type { Context } from '../../context.js'

/** Hides two people from each other, after the commit. */
export function announceBlock(
  { presence, typing }: Pick<Context, 'presence' | 'typing'>,
  userId: string,
  otherId: string,
): void {
  presence.block(userId, otherId)
  typing.block(userId, otherId)
}
