import type { Answer } from './ask.js'
import type { Service } from './services.js'
import { duration, paint } from './terminal.js'

export interface ServiceHealth {
  service: Service
  /** What /health answered; null when nothing answered. */
  answer: Answer | null
}

export function isWell({ answer }: ServiceHealth): boolean {
  return answer?.status === 200 && bodyOf(answer).status === 'ok'
}

/** The health of one service as lines for people: itself first, then each of its parts. */
export function healthLines(health: ServiceHealth): string[] {
  const { service, answer } = health
  const title = `${mark(isWell(health))} ${paint('bold', service.name)}  ${service.url}`
  if (!answer) return [`${title}  does not answer: ./start.sh dev starts it`]
  const { status, uptimeSeconds, memory, service: _, ...parts } = bodyOf(answer)
  const facts = [
    status,
    typeof uptimeSeconds === 'number' ? `up ${duration(uptimeSeconds * 1000)}` : null,
    isRecord(memory) ? `${Math.round(Number(memory.rssBytes) / 2 ** 20)} MB` : null,
  ]
  const summary = paint('dim', facts.filter(Boolean).join(', '))
  return [`${title}  ${summary}`, ...Object.entries(parts).map(partLine)]
}

function partLine([name, value]: [string, unknown]): string {
  if (value === 'up' || value === 'down') return `    ${mark(value === 'up')} ${name}`
  return `      ${name}: ${asText(value)}`
}

/** {"p50": 1, "max": 2} as "p50 1, max 2"; [{"name": "a", "state": "ready"}] as "a ready". */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? value.map(asText).join(', ') : 'none'
  if (typeof value === 'number') return String(Math.round(value * 100) / 100)
  if (!isRecord(value)) return String(value)
  if ('name' in value && 'state' in value) return `${value.name} ${value.state}`
  return Object.entries(value)
    .map(([key, part]) => `${key} ${asText(part)}`)
    .join(', ')
}

function mark(well: boolean): string {
  return well ? paint('green', '✓') : paint('red', '✗')
}

function bodyOf(answer: Answer): Record<string, unknown> {
  return isRecord(answer.body) ? answer.body : {}
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
