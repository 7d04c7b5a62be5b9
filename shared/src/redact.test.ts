import { describe, expect, it } from 'vitest'
import { redactFields, redactLine } from './redact.js'

const canary = 'CANARY0123456789'

describe('what never reaches a log', () => {
  it.each([
    `GET /ws?token=${canary}`,
    `Route GET:/nope?a=1&token=${canary} not found`,
    `authorization: Bearer ${canary}`,
    `sec-websocket-protocol: bearer, ${canary}`,
    `eyJhbGciOiJIUzI1NiJ9.eyJ${canary}.${canary}`,
  ])('%s', (line) => {
    expect(redactLine(line)).not.toContain(canary)
  })

  it.each([
    { headers: { authorization: canary, Cookie: canary } },
    { user: { password: canary, passwordHash: canary } },
    { body: { newPassword: canary, currentPassword: canary, REFRESHTOKEN: canary, accesstoken: canary } },
    { row: { refreshHash: canary, previousRefreshHash: canary, tokenHash: canary } },
    { message: { content: canary, translations: [{ text: canary }] } },
    { error: new Error(`at /ws?token=${canary}`, { cause: new Error(`Bearer ${canary}`) }) },
    { error: Object.assign(new Error(`data: { content: "${canary}" }`), { name: 'PrismaClientValidationError' }) },
    { err: { type: 'PrismaClientValidationError', message: `data: "${canary}"`, stack: `at "${canary}"` } },
    { err: { name: 'PrismaClientValidationError', message: `data: "${canary}"`, stack: `at "${canary}"` } },
  ])('%j', (fields) => {
    expect(JSON.stringify(redactFields(fields))).not.toContain(canary)
  })

  it('leaves the rest as it is, within bounds', () => {
    expect(redactFields({ messageId: 'm1', count: 3n, list: [1, null, true] })).toEqual({
      messageId: 'm1',
      count: '3',
      list: [1, null, true],
    })
    const circle: Record<string, unknown> = {}
    circle.again = circle
    expect(JSON.stringify(redactFields(circle))).toContain('[nested]')
  })
})
