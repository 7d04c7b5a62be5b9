import fc from 'fast-check'
import type { NamedSchemas } from '../../src/plugins/openapi-examples.js'
import type { Endpoint } from '../openapi-file.js'
import { allowed, broken, fill, garbage, type Known, known, nastyTexts, rawBodies } from './arbitrary.js'
import type { Wire } from './wire.js'
import { type Caller, callers, isKnown, nameOfParameter } from './world.js'

/** A request as it is made up; `Known` things get their values when it goes out. */
export interface Draft {
  caller: Caller
  params: Record<string, unknown>
  query: Array<[string, unknown]>
  body: { value?: unknown; text?: string; type: string } | null
}

/** Requests for one operation: some as they should be, some almost, some not at all. */
export function draftsFor({ path, operation }: Endpoint, named: NamedSchemas): fc.Arbitrary<Draft> {
  const schemaOf = (where: string) => (operation.parameters ?? []).filter((parameter) => parameter.in === where)
  const params = schemaOf('path').map(({ name }) => [name, pathValue(nameOfParameter(path, name))] as const)
  const query = schemaOf('query').map(({ name, schema, required = false }) => ({ name, schema, required }))
  return fc.record({
    caller: fc.constantFrom(...callers),
    params: fc.record(Object.fromEntries(params)),
    query: queryOf(query, named),
    body: bodyOf(operation.requestBody?.content['application/json']?.schema, named),
  })
}

function pathValue(name: string): fc.Arbitrary<unknown> {
  return fc.oneof(
    { arbitrary: known(name), weight: 12 },
    { arbitrary: known('anything'), weight: 2 },
    { arbitrary: fc.uuid({ version: 7 }), weight: 2 },
    { arbitrary: fc.constantFrom(...nastyTexts.filter((text) => text !== '' && text !== 'me')), weight: 1 },
  )
}

type QueryField = { name: string; schema: NamedSchemas[string]; required: boolean }

function queryOf(fields: QueryField[], named: NamedSchemas): fc.Arbitrary<Draft['query']> {
  const values = Object.fromEntries(fields.map(({ name, schema }) => [name, allowed(schema, named, isKnown, name)]))
  const requiredKeys = fields.filter(({ required }) => required).map(({ name }) => name)
  const right = fc.record(values, { requiredKeys: requiredKeys as never[] }).map((query) => Object.entries(query))
  const names = fc.constantFrom('limit', 'cursor', 'limit[]', '__proto__', 'a', ...fields.map(({ name }) => name))
  const wrong = fc
    .tuple(right, names, fc.constantFrom(...nastyTexts, '+5', '1e2', '0x10', '5'))
    .map(([query, name, value]): Draft['query'] => [...query, [name, value]])
  const least = fc.record(Object.fromEntries(requiredKeys.map((name) => [name, values[name] ?? fc.constant('')])))
  return fc.oneof(
    { arbitrary: least.map((query): Draft['query'] => Object.entries(query)), weight: 3 },
    { arbitrary: right, weight: 3 },
    { arbitrary: wrong, weight: 1 },
  )
}

function bodyOf(schema: NamedSchemas[string] | undefined, named: NamedSchemas): fc.Arbitrary<Draft['body']> {
  const json = (value: fc.Arbitrary<unknown>) => value.map((inner) => ({ value: inner, type: 'application/json' }))
  if (!schema) {
    return fc.oneof(
      { arbitrary: fc.constant(null), weight: 9 },
      { arbitrary: fc.oneof(json(garbage()), rawBodies), weight: 1 },
    )
  }
  const right = allowed(schema, named, isKnown)
  return fc.oneof(
    { arbitrary: json(right), weight: 11 },
    { arbitrary: json(broken(right)), weight: 6 },
    { arbitrary: json(garbage()), weight: 2 },
    { arbitrary: rawBodies, weight: 1 },
  )
}

/** The request that goes over the wire. */
export function toWire({ method, path }: Endpoint, draft: Draft, find: (known: Known) => string): Wire {
  const encode = (value: unknown) => encodeURIComponent(String(fill(value, find)).toWellFormed())
  const filledPath = path.replace(/\{(\w+)\}/g, (_, name: string) => encode(draft.params[name]))
  const query = draft.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  const { body } = draft
  return {
    method: method.toUpperCase(),
    path: query ? `${filledPath}?${query}` : filledPath,
    ...(body && { type: body.type, body: body.text ?? JSON.stringify(fill(body.value, find)) ?? '' }),
  }
}
