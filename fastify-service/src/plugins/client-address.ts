import { isIP } from 'node:net'

/** What is no address counts together. */
const unknown = 'unknown'
const mappedIPv4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

/**
 * Who an address stands for, where somebody is counted: an IPv4 address for itself, also when it is written inside an
 * IPv6 one; an IPv6 address for its /64, because every household has at least that many.
 */
export function addressKey(ip: string | undefined): string {
  const address = ip?.split('%', 1)[0] ?? ''
  const version = isIP(address)
  if (version === 4) return address
  if (version !== 6) return unknown
  const normalised = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [, high, low] = mappedIPv4.exec(normalised) ?? []
  return high && low ? `${bytesOf(high)}.${bytesOf(low)}` : networkOf(normalised)
}

/** The first half of a normalised address. */
function networkOf(address: string): string {
  const [start = [], end = []] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array(8 - start.length - end.length).fill('0')
  return `${[...start, ...zeros, ...end].slice(0, 4).join(':')}::/64`
}

function bytesOf(group: string): string {
  const value = Number.parseInt(group, 16)
  return `${value >> 8}.${value & 255}`
}
