/**
 * Whether a web site may open a socket: a CORS list does not stop upgrades, so the route asks here. No Origin means
 * no browser; of web sites only the listed ones are let in.
 */
export function isAllowedOrigin(origin: string | undefined, listed: readonly string[]): boolean {
  return origin === undefined || listed.includes(origin)
}
