import { readFileSync } from 'node:fs'

const lookEveryMs = 100

/** Bytes of memory that a process has, as Linux says. */
export function residentMemory(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}

/** Looks at the memory of a process until it is stopped. @returns with `stop` the most that it had */
export function peakMemory(pid: number): { stop(): number } {
  let peak = residentMemory(pid)
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMemory(pid))
  }, lookEveryMs)
  return {
    stop() {
      clearInterval(timer)
      return peak
    },
  }
}
