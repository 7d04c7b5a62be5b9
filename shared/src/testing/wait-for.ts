import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 10

/** Waits until `condition` holds, looking every 10 ms; after `timeoutMs` throws an error that names `what`. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  { what, timeoutMs = 10_000 }: { what: string; timeoutMs?: number },
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() >= deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`)
    await sleep(pollMs)
  }
}
