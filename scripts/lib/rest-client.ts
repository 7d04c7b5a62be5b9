import type { ProblemDetails } from '@meeshy/shared/problems'
import { Stop } from './command.js'

/** A request that the gateway refused, with its problem. */
export class RequestRefused extends Stop {
  constructor(
    request: string,
    readonly status: number,
    readonly problem: Partial<ProblemDetails>,
  ) {
    super(`${request} was refused with ${status} ${problem.code ?? ''}: ${problem.detail ?? problem.title ?? ''}`)
  }
}

const limitMs = 30_000

/** Sends JSON to the gateway and returns its answer; throws RequestRefused for anything but a 2xx. */
export async function request<Result>(
  baseUrl: string,
  method: string,
  path: string,
  { token, body }: { token?: string; body?: object } = {},
): Promise<Result> {
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(limitMs),
  })
  const text = await response.text()
  const answer: unknown = text ? JSON.parse(text) : null
  if (!response.ok) throw new RequestRefused(`${method} ${path}`, response.status, answer as Partial<ProblemDetails>)
  return answer as Result
}
