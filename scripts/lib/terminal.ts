const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const

export type Color = keyof typeof codes

/** Whether colours are wanted: on a terminal, or with FORCE_COLOR, and never with NO_COLOR. */
export const colored = !process.env.NO_COLOR && Boolean(process.stdout.isTTY || process.env.FORCE_COLOR)

export function paint(color: Color, text: string): string {
  return colored ? `\u001b[${codes[color]}m${text}\u001b[0m` : text
}

/** Prints a line for the person at the terminal. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** "38 ms", "2.4 s". */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
