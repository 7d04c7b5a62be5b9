import { setTimeout as delay } from 'node:timers/promises'

export interface Answer {
  status: number
  body: unknown
}

/**
 * Asks a service by GET on a connection of its own.
 *
 * @returns null when nothing answered within the limit
 */
export async function ask(url: string, limitMs = 2_000): Promise<Answer | null> {
  try {
    const response = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(limitMs) })
    const text = await response.text()
    return { status: response.status, body: parse(text) }
  } catch {
    return null
  }
}

export async function isReady(url: string): Promise<boolean> {
  return (await ask(`${url}/readyz`))?.status === 200
}

const pollMs = 100

/** Resolves with true once the service says that it is ready, with false when `signal` comes first. */
export async function waitUntilReady(url: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isReady(url)) return !signal.aborted
    await delay(pollMs)
  }
  return false
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
