import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The process that listens on a TCP port of this machine, like "node (pid 4711)"; null when nobody may tell. */
export function portHolder(port: number): string | null {
  return existsSync('/proc/net/tcp') ? holderFromProc(port) : holderFromLsof(port)
}

function holderFromProc(port: number): string | null {
  const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)))
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    // Other people's processes show their sockets to root only.
    const links = list(`/proc/${pid}/fd`).map((fd) => attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)))
    const holds = links.some((link) => sockets.has(link?.match(/^socket:\[(\d+)\]$/)?.[1] ?? ''))
    if (holds) return `${attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? 'a process'} (pid ${pid})`
  }
  return null
}

/** Lines look like "0: 0100007F:0BB9 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12345 …". */
function listeningInodes(table: string, port: number): string[] {
  const listening = '0A'
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return (attempt(() => readFileSync(table, 'utf8')) ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === listening)
    .flatMap((fields) => fields[9] ?? [])
}

function holderFromLsof(port: number): string | null {
  const output = attempt(() =>
    execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { stdio: ['ignore', 'pipe', 'ignore'] }),
  )
  const [, pid, name] = output?.toString().match(/^p(\d+)\nc(.+)$/m) ?? []
  return pid ? `${name} (pid ${pid})` : null
}

function list(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? []
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
