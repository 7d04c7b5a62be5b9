/** Ctrl-C, a polite request, and a terminal that is closed. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface StopSignals {
  /** Resolves at the first Ctrl-C or request to end. */
  first: Promise<void>
  /** Aborts at the second one: somebody does not want to wait. */
  hurry: AbortSignal
}

/** Takes over Ctrl-C and the other requests to end this process. */
export function watchStopSignals(): StopSignals {
  const hurry = new AbortController()
  const first = new Promise<void>((resolve) => {
    let seen = 0
    const onSignal = () => {
      seen += 1
      if (seen === 1) resolve()
      else hurry.abort()
    }
    for (const signal of stopSignals) process.on(signal, onSignal)
  })
  return { first, hurry: hurry.signal }
}
