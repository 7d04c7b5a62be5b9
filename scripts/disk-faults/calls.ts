/** A call of the system in a trace. */
export interface SystemCall {
  name: string
  /** The file or socket that it is about, as strace names it: a path, or "socket:[12345]". */
  target: string
  /** What strace shows of its arguments. */
  text: string
  /** What it returned; NaN when the trace ends before. */
  result: number
  /** The lines on which it began and ended. */
  begin: number
  end: number
}

const wholeLine = /^(?<pid>\d+) +[\d.]+ (?<name>\w+)\((?:\d+<(?<target>[^>]*)>)?(?<text>.*)$/
const resumedLine = /^(?<pid>\d+) +[\d.]+ <\.\.\. (?<name>\w+) resumed>(?<text>.*)$/
const unfinished = ' <unfinished ...>'

/** Reads what `strace -f -y -ttt` wrote; calls that another thread interrupts stand on two lines. */
export function parseCalls(lines: readonly string[]): SystemCall[] {
  const calls: SystemCall[] = []
  const open = new Map<string, SystemCall>()
  for (const [index, line] of lines.entries()) {
    const resumed = resumedLine.exec(line)?.groups
    const whole = wholeLine.exec(line)?.groups
    if (resumed) {
      const call = open.get(resumed.pid ?? '')
      if (call) Object.assign(call, { end: index, result: resultOf(line), text: call.text + resumed.text })
    } else if (whole) {
      const { pid = '', name = '', target = '', text = '' } = whole
      const call = { name, target, text, begin: index, end: index, result: resultOf(line) }
      if (line.endsWith(unfinished)) open.set(pid, call)
      calls.push(call)
    }
  }
  return calls
}

function resultOf(line: string): number {
  return Number(/\) += (-?\d+)(?: [A-Z(].*)?$/.exec(line)?.[1] ?? Number.NaN)
}

/** How many calls were made to fail. */
export function countInjected(lines: readonly string[]): number {
  return lines.filter((line) => line.endsWith('(INJECTED)')).length
}
