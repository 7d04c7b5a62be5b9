import fc from 'fast-check'
import { nastyTexts } from './arbitrary.js'

/** Deeper than any recursive reader survives. */
const depth = fc.integer({ min: 10_000, max: 20_000 })

/** Ways to spoil the text of a frame. */
export const changedTexts: fc.Arbitrary<(text: string) => string> = fc.oneof(
  at((text, place) => text.slice(0, place)),
  at((text, place) => text.slice(place)),
  at((text, place) => text.slice(0, place) + text.slice(place + 1)),
  at((text, place) => `${text.slice(0, place)}${text}${text.slice(place)}`),
  fc
    .tuple(fc.nat(), fc.constantFrom(...nastyTexts, '"', '\\', '{', '}', '[', ',', ':', '\\u', '\\ud800', '/**/', '\n'))
    .map(
      ([pick, piece]) =>
        (text: string) =>
          insert(text, pick % (text.length + 1), piece),
    ),
  fc.constantFrom<(text: string) => string>(
    (text) => text + text,
    (text) => `${text}\n${text}`,
    (text) => `\ufeff${text}`,
    (text) => `[${text}]`,
    (text) => JSON.stringify(text),
    (text) => text.replaceAll('"', "'"),
    (text) => text.replaceAll(':', ' :\t\r\n '),
    (text) => text.toUpperCase(),
    (text) => text.replaceAll(/[a-z]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  ),
  depth.map((levels) => (text: string) => withField(text, `"deep":${'['.repeat(levels)}${']'.repeat(levels)}`)),
  depth.map(
    (levels) => (text: string) => withField(text, `"data":${'{"a":'.repeat(levels / 2)}1${'}'.repeat(levels / 2)}`),
  ),
  depth.map((levels) => () => '['.repeat(levels)),
  fc
    .constantFrom(
      '1e400',
      '-1e400',
      '9'.repeat(400),
      `1${'0'.repeat(30_000)}`,
      '0.1e-999',
      '-0',
      '01',
      '+1',
      '0x1',
      'NaN',
    )
    .chain((number) =>
      fc.constantFrom('ref', 'data', 'seq').map((name) => (text: string) => withField(text, `"${name}":${number}`)),
    ),
  fc
    .constantFrom(
      '"type":"ping"',
      '"type":"__proto__"',
      '"ref":"again"',
      '"ref":{}',
      '"data":{}',
      '"__proto__":{"type":"ping"}',
    )
    .map((field) => (text: string) => withField(text, field)),
)

function at(change: (text: string, place: number) => string): fc.Arbitrary<(text: string) => string> {
  return fc.nat().map((pick) => (text: string) => change(text, pick % (text.length + 1)))
}

function insert(text: string, place: number, piece: string): string {
  return text.slice(0, place) + piece + text.slice(place)
}

/** Adds a field; one that is there already comes twice, and the last one counts. */
function withField(text: string, field: string): string {
  return text.endsWith('}') && text.length > 2 ? `${text.slice(0, -1)},${field}}` : `{${field}}`
}
