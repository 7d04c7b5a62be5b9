import { stopSignals } from './stop-signals.js'

/** Cleans up when this process ends, by Ctrl-C and the like as well. Returns how to undo this. */
export function endWithThisProcess(cleanUp: () => void): () => void {
  const end = () => process.exit(1)
  process.once('exit', cleanUp)
  for (const signal of stopSignals) process.once(signal, end)
  return () => {
    process.off('exit', cleanUp)
    for (const signal of stopSignals) process.off(signal, end)
  }
}
