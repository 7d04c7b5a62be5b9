import { idPattern, newId } from '@meeshy/shared/ids'
import fc from 'fast-check'
import { type JsonSchema, type NamedSchemas, resolve, typesOf } from '../../src/plugins/openapi-examples.js'

/** Stands for something that exists, and is looked up when the request goes out. */
export class Known {
  constructor(
    readonly name: string,
    readonly pick: number,
  ) {}

  [fc.toStringMethod](): string {
    return `known(${this.name})`
  }
}

/** Texts that have broken something somewhere. */
export const nastyTexts = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  'a\udc00b',
  '\ufeff',
  '\u202e',
  'e\u0301'.repeat(20),
  '👩‍👩‍👧‍👦',
  'ß',
  'İ',
  '__proto__',
  'constructor',
  'null',
  '%',
  '_%',
  '\\',
  "' OR 1=1 --",
  '../../etc/passwd',
  '{{7*7}}',
  '\r\nx-evil: 1',
  'me',
  '-1',
  '1e400',
  'NaN',
  '9007199254740993',
  'x'.repeat(300),
]

const nastyValues = fc.oneof(
  fc.constantFrom(...nastyTexts),
  fc.constantFrom(null, true, 0, -1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, [], {}, [null], { a: 1 }),
  fc.jsonValue({ maxDepth: 3 }),
)

/**
 * Values that a schema allows. Fields whose name the world knows, ids first of all, mostly hold what exists.
 *
 * @param isKnown whether things of this name exist
 */
export function allowed(
  schema: JsonSchema,
  named: NamedSchemas,
  isKnown: (name: string) => boolean,
  name = '',
): fc.Arbitrary<unknown> {
  if (schema.$ref) return allowed(resolve(schema.$ref, named), named, isKnown, name)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const within = (inner: JsonSchema, innerName: string) => allowed(inner, named, isKnown, innerName)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((option) => within(option, name)))
  return fc.oneof(...typesOf(schema).map((type) => ofType(type, schema, within, { name, isKnown })))
}

interface Naming {
  name: string
  isKnown: (name: string) => boolean
}

type Within = (schema: JsonSchema, name: string) => fc.Arbitrary<unknown>

function ofType(type: string, schema: JsonSchema, within: Within, naming: Naming): fc.Arbitrary<unknown> {
  switch (type) {
    case 'object':
      return ofObject(schema, within)
    case 'array': {
      const { items = {}, minItems = 0, maxItems = 1_000 } = schema
      const maxLength = Math.min(maxItems, Math.max(minItems, 4))
      return fc.array(within(items, naming.name.replace(/s$/, '')), { minLength: minItems, maxLength })
    }
    case 'string':
      return ofString(schema, naming)
    case 'integer': {
      const { minimum: min = -(2 ** 53) + 1, maximum: max = 2 ** 53 - 1 } = schema
      const small = fc.integer({ min: Math.min(Math.max(min, -9), max), max: Math.max(Math.min(max, 9), min) })
      return fc.oneof(fc.integer({ min, max }), small, fc.constantFrom(min, max))
    }
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true })
    case 'boolean':
      return fc.boolean()
    default:
      return fc.constant(null)
  }
}

function ofObject({ properties = {}, required = [] }: JsonSchema, within: Within) {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, within(inner, name)]))
  const all = fc.record(fields)
  const some = fc.record(fields, { requiredKeys: required as never[] })
  return fc.oneof(
    all,
    some,
    fc.record(Object.fromEntries(required.map((name) => [name, fields[name] ?? fc.anything()]))),
  )
}

function ofString(schema: JsonSchema, { name, isKnown }: Naming): fc.Arbitrary<unknown> {
  const made = schema.pattern === idPattern ? ids() : texts(schema)
  if (!isKnown(name)) return made
  return fc.oneof({ arbitrary: known(name), weight: 4 }, { arbitrary: made, weight: 1 })
}

export function known(name: string): fc.Arbitrary<Known> {
  return fc.nat(1_000).map((pick) => new Known(name, pick))
}

/** Ids that are nobody's. */
function ids(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constant(null).map(() => newId()),
    madeUpIds,
  )
}

/** Made once: fast-check builds a table of all characters for them. */
const freeTexts = [
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ minLength: 1, maxLength: 30 }),
  fc.stringMatching(/^[a-z0-9]{3,12}@[a-z]{3,8}\.org$/),
]
const madeUpIds = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/)

/** Never by trying until one fits: a form that nothing here has would go on for ever. */
function texts({ pattern, minLength = 0, maxLength = 20_000 }: JsonSchema): fc.Arbitrary<string> {
  const form = pattern === undefined ? /^/ : new RegExp(pattern, 'u')
  const isAllowed = (text: string) => text.length >= minLength && text.length <= maxLength && form.test(text)
  const usual = ['abc', 'Ana Lima', 'ana@example.org', 'fr', 'https://example.org/a.png', 'x'.repeat(maxLength)]
  const fitting = [...usual, ...nastyTexts].filter(isAllowed)
  const toAllowed = (text: string, index: number) => {
    if (isAllowed(text)) return text
    const simpler = text
      .replace(/[^a-z0-9]/gi, '')
      .padEnd(Math.max(1, minLength), 'x')
      .slice(0, maxLength)
    return isAllowed(simpler) ? simpler : (fitting[index % fitting.length] ?? text)
  }
  const text = fc.oneof(fc.constantFrom(...(fitting.length > 0 ? fitting : usual)), ...freeTexts)
  return fc.tuple(text, fc.nat(100)).map(([made, index]) => toAllowed(made, index))
}

/** A value with one thing in it changed, left out or added. */
export function broken(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(
      value,
      fc.nat(1_000),
      fc.constantFrom('change', 'remove', 'add'),
      nastyValues,
      fc.constantFrom(...nastyTexts, 'id', 'role', 'isAdmin'),
    )
    .map(([whole, pick, how, change, name]) => {
      const copy = structuredCopy(whole)
      const places = placesIn(copy)
      const place = places[pick % places.length]
      if (place === undefined) return how === 'change' ? change : copy
      const { holder, key } = place
      if (how === 'remove') delete holder[key]
      else
        Object.defineProperty(holder, how === 'add' ? name : key, {
          value: change,
          enumerable: true,
          writable: true,
          configurable: true,
        })
      return copy
    })
}

export function garbage(): fc.Arbitrary<unknown> {
  return nastyValues
}

/** What no JSON parser should like, with its media type. */
export const rawBodies: fc.Arbitrary<{ text: string; type: string }> = fc.oneof(
  fc.record({
    text: fc.constantFrom(
      '{',
      '[1,',
      '{"a":1}}',
      "{'a':1}",
      '{"a":1,"a":2}',
      '{"__proto__":{}}',
      'NaN',
      '\ufeff{}',
      '[]',
      '""',
      '0',
      'null',
    ),
    type: fc.constant('application/json'),
  }),
  fc.record({
    text: fc.constantFrom('', 'a=b', '{}', '<a/>', '--x\r\n\r\n--x--'),
    type: fc.constantFrom(
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=latin1',
      'x',
      'application/json/x',
      '',
    ),
  }),
)

type Holder = Record<string, unknown>

function placesIn(value: unknown): Array<{ holder: Holder; key: string }> {
  if (typeof value !== 'object' || value === null || value instanceof Known) return []
  const holder = value as Holder
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])])
}

function structuredCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Known) return value
  if (Array.isArray(value)) return value.map(structuredCopy)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, structuredCopy(inner)]))
}

/** Puts what exists in place of what stands for it. */
export function fill(value: unknown, find: (known: Known) => string): unknown {
  if (value instanceof Known) return find(value)
  if (typeof value !== 'object' || value === null) return value
  // Not by value.map, which asks the value for its constructor: some of them lie about it.
  if (Array.isArray(value)) return Array.from(value, (inner) => fill(inner, find))
  const filled = Object.entries(value).map(([key, inner]) => [key, fill(inner, find)])
  return Object.fromEntries(filled)
}
