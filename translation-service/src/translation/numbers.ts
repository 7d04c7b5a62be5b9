/**
 * Whether two texts have the same numbers, in any order and in the digits of any script. Thousands and decimals may be
 * written as each language does: "1,234.5" is "1.234,5" and "1 234,5".
 */
export function numbersAgree(one: string, other: string): boolean {
  const [first, second] = [withAsciiDigits(one), withAsciiDigits(other)]
  return sameNumbers(first, second) || sameNumbers(withoutSeparators(first), withoutSeparators(second))
}

function sameNumbers(one: string, other: string): boolean {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).sort().join(' ')
  return numbers(one) === numbers(other)
}

function withoutSeparators(text: string): string {
  const grouped = text.replace(/(?<=\d)[ '’\u00A0\u202F](?=\d{3}(?!\d))/g, '')
  return grouped.replace(/(?<=\d)[.,٫٬，](?=\d)/g, '')
}

/** Every script's digits lie in a row of ten, so a digit is worth as much as there are digits right before it. */
function withAsciiDigits(text: string): string {
  return text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) as number
    let value = 0
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++
    return String(value)
  })
}
