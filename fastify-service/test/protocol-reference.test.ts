import { describe, expect, it } from 'vitest'
import { close, type ProtocolCase } from './protocol/case.js'
import { controlCases } from './protocol/control-cases.js'
import { framingCases } from './protocol/framing-cases.js'
import { lengthCases } from './protocol/length-cases.js'
import { meaningOf } from './protocol/reference.js'
import { utf8Cases } from './protocol/utf8-cases.js'

const cases = [...framingCases, ...lengthCases, ...controlCases, ...utf8Cases]

describe('the reference that the fuzz holds the gateway against reads the protocol cases as they are meant', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one: ProtocolCase) => {
    const { expects = [], leaves, isCut } = one
    const meaning = meaningOf(Buffer.concat(one.bytes))
    expect(meaning.isWhole || meaning.close !== null).toBe(!leaves)
    if (isCut) return
    const closing = expects.find((line) => line.startsWith('close'))
    expect(meaning.close === null ? undefined : close(meaning.close)).toBe(closing)
    expect(meaning.pings).toBe(expects.filter((line) => line.startsWith('pong')).length)
    if (!closing) expect(meaning.messages).toHaveLength(expects.length - meaning.pings)
  })
})
