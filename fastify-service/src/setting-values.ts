import { isIP } from 'node:net'

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What stands between the commas of a setting. */
export function listOf(setting: string): string[] {
  return setting
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
}

/** As browsers write it, or it would never match: no path, no slash at the end, no capitals. */
export function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value
}

/** An address, or a network in CIDR form. */
export function isNetwork(value: string): boolean {
  const [, address = '', bits] = /^([\d.a-fA-F:]+)(?:\/(\d{1,3}))?$/.exec(value) ?? []
  const version = isIP(address)
  if (version === 0 || bits === undefined) return version !== 0
  return Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128)
}

/** "15m" in milliseconds; the settings' pattern allows nothing else. */
export function durationMs(duration: string): number {
  return Number.parseInt(duration, 10) * unitMs[duration.slice(-1) as keyof typeof unitMs]
}
