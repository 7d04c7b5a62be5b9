import { describe, expect, it } from 'vitest'
import { findMentions } from './mentions.js'

/** The longest name of each mention. */
const names = (text: string) => findMentions(text).map(([longest]) => longest)

describe('a mention', () => {
  it.each([
    ['@ana', ['ana']],
    ['Hello @ana, how is @Ben.B?', ['ana', 'ben.b']],
    ['(@ana)', ['ana']],
    ['@ana,@ben\n@cid', ['ana', 'ben', 'cid']],
    ['**@ana**', ['ana']],
    ["@ana's idea", ['ana']],
    ['你好@ana请看', ['ana']],
    ['❤️@ana', ['ana']],
    ['@ANA @ana', ['ana']],
    ['@user_name-1.x', ['user_name-1.x']],
  ])('stands in %j', (text, expected) => {
    expect(names(text)).toEqual(expected)
  })

  it.each([
    ['no at all'],
    ['mail a@b.com'],
    ['mail josé@example.org'],
    ['mail jose\u0301@example.org'],
    ['mail иван@почта.рф or иван@mail.org'],
    ['ana.b+c@example.org'],
    ['see https://social.example/@ana and www.social.example/@ana'],
    ['social.example/@ana'],
    ['`@ana`, ``@ana``'],
    ['```\n@ana\n```'],
    ['```\n@ana and the end is missing'],
    ['@ana@social.example'],
    ['@ana1@social.example'],
    ['@josé'],
    ['@ab'],
    [`@${'a'.repeat(33)}`],
    ['@@ana'],
    ['@'],
  ])('does not stand in %j', (text) => {
    expect(names(text)).toEqual([])
  })

  it('stands beside code', () => {
    expect(names('`x` @ana ```y``` @ben `')).toEqual(['ana', 'ben'])
  })

  it('may end with a dot that is the name’s', () => {
    expect(findMentions('I saw @ana...')).toEqual([['ana...', 'ana.', 'ana']])
  })

  it('is one of at most 50', () => {
    const text = Array.from({ length: 60 }, (_, index) => `@person${index}`).join(' ')
    expect(findMentions(text)).toHaveLength(50)
  })

  it.each(['@', '`', 'a.', '@a', '@aaa@', '``` ', 'www.', '@aaa ', 'http://', `@${'-'.repeat(500)}`])(
    'is looked for in a moment, however odd %j is',
    (piece) => {
      const text = piece.repeat(16_384 / piece.length)
      const began = performance.now()
      findMentions(`${text} @ana`)
      expect(performance.now() - began).toBeLessThan(500)
    },
  )
})
