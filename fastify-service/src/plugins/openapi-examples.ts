import { idPattern } from '@meeshy/shared/ids'

/** The part of JSON Schema that the routes use. */
export interface JsonSchema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  default?: unknown
  examples?: unknown[]
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  patternProperties?: Record<string, JsonSchema>
  additionalProperties?: boolean | JsonSchema
  anyOf?: JsonSchema[]
  description?: string
}

export type NamedSchemas = Record<string, JsonSchema>

const someId = '01890a5d-ac96-774b-bcce-b302099a8057'
const someTime = '2025-03-14T09:26:53.000Z'

/** A field of one name says the same everywhere, so it has one example. */
const byName: Record<string, unknown> = {
  username: 'ana',
  login: 'ana',
  email: 'ana@example.org',
  password: 'correct horse battery',
  currentPassword: 'correct horse battery',
  newPassword: 'a lamp under the stairs',
  displayName: 'Ana Lima',
  preferredLanguage: 'pt',
  understoodLanguages: ['en'],
  languageOverride: 'en',
  originalLanguage: 'pt',
  targetLanguage: 'en',
  language: 'en',
  source: 'pt',
  targets: ['en', 'fr'],
  languageSource: 'client',
  content: 'Bom dia a todos!',
  messageType: 'text',
  text: 'Good morning, everybody!',
  translated: true,
  status: 'ready',
  model: 'opus-mt-pt-en',
  confidence: 0.93,
  cached: false,
  revision: 1,
  editedAt: null,
  deletedAt: null,
  role: 'member',
  type: 'group',
  title: 'Reading circle',
  name: 'Reading circle',
  description: 'Books from everywhere, in every language',
  avatarUrl: 'https://example.org/ana.png',
  imageUrl: 'https://example.org/circle.png',
  userAgent: 'Firefox on Linux',
  reason: null,
  backTranslation: 'Bom dia a todos!',
  backTranslationReason: null,
  search: 'ana',
  hasMore: true,
  nextCursor: 'eyJhdCI6MTc0MTk0NDQxMzAwMH0',
  memberCount: 2,
  version: 1,
  accessToken: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl',
  expiresAt: '2031-01-01T00:00:00.000Z',
  token: 'Zk3vQ8yN1mP0xC7rT5wL2aJ9dH4bS6gU',
  refreshToken: 'gD2hM9Yw3v0bqYyYk4rJr0o2cQm1X8wS7n5tUeLzAaA',
}

/** Names that end alike mean alike. */
const byEnding: Array<[RegExp, unknown]> = [
  [/^id$|Id$/, someId],
  [/Ids$/, [someId]],
  [/At$/, someTime],
  [/[sS]eq$/, 42],
  [/[uU]rl$/, 'https://example.org/picture.png'],
  [/^version$/, '1.2.0'],
]

/**
 * An example of what a schema describes, put together from the `examples`, constants and defaults inside it, and from
 * the names of its fields. A schema whose example would not be one has to state `examples`; a test finds it.
 *
 * @param parts `required` for what a client sends at least, `all` for what an answer may hold
 */
export function exampleOf(schema: JsonSchema, named: NamedSchemas, parts: 'required' | 'all', name = ''): unknown {
  if (schema.$ref) return exampleOf(resolve(schema.$ref, named), named, parts, name)
  if (schema.examples) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  const given = givenFor(name)
  if (schema.enum) return given.find((value) => schema.enum?.includes(value)) ?? schema.enum[0]
  if (schema.anyOf) {
    const best = schema.anyOf.find(({ type }) => type !== 'null') ?? {}
    return exampleOf(best, named, parts, name)
  }
  const fitting = given.find((value) => fits(schema, value))
  if (fitting !== undefined) return fitting
  if (schema.default !== undefined) return schema.default
  switch (typesOf(schema)[0]) {
    case 'object':
      return exampleOfObject(schema, named, parts)
    case 'array':
      return Array.from({ length: Math.max(1, schema.minItems ?? 0) }, () =>
        exampleOf(schema.items ?? {}, named, parts),
      )
    case 'string':
      return schema.pattern === idPattern
        ? someId
        : 'text'.padEnd(schema.minLength ?? 0, '.').slice(0, schema.maxLength)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return schema.minimum ?? Math.min(1, schema.maximum ?? 1)
  }
}

function exampleOfObject(schema: JsonSchema, named: NamedSchemas, parts: 'required' | 'all') {
  const { properties = {}, required = [], patternProperties = {}, additionalProperties } = schema
  const names = parts === 'all' || required.length === 0 ? Object.keys(properties) : required
  const fields = names.map((name) => [name, exampleOf(properties[name] ?? {}, named, parts, name)])
  const [pattern, others = additionalProperties] = Object.entries(patternProperties)[0] ?? []
  // Open records are by id, or by language.
  if (typeof others === 'object') fields.push([pattern === idPattern ? someId : 'en', exampleOf(others, named, parts)])
  return Object.fromEntries(fields)
}

/** The schema that `#/components/schemas/Name` names, or `Name#`. */
export function resolve(reference: string, named: NamedSchemas): JsonSchema {
  const schema = named[reference.slice(reference.lastIndexOf('/') + 1).replace(/#$/, '')]
  if (!schema) throw new Error(`no schema has the name ${reference}`)
  return schema
}

export function typesOf({ type = [] }: JsonSchema): string[] {
  return [type].flat()
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function givenFor(name: string): unknown[] {
  const alike = byEnding.filter(([ending]) => ending.test(name)).map(([, value]) => value)
  return Object.hasOwn(byName, name) ? [byName[name], ...alike] : alike
}

function fits(schema: JsonSchema, value: unknown): boolean {
  if (!typesOf(schema).includes(typeOf(value))) return false
  if (typeof value !== 'string') return true
  const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema
  return value.length >= minLength && value.length <= maxLength && (!pattern || new RegExp(pattern, 'u').test(value))
}
