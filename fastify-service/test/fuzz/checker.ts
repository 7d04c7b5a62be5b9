import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { OpenApi } from '../../src/plugins/openapi-document.js'
import { type JsonSchema, type NamedSchemas, resolve } from '../../src/plugins/openapi-examples.js'

/** What is wrong with a value, in words; nothing when it is what its schema allows. */
export type Check = (schema: JsonSchema, value: unknown) => string[]

/** Checks values against the schemas of a document, with the compiler that checks what comes in. */
export function answerChecker({ components }: OpenApi): Check {
  const compiled = new Map<JsonSchema, ReturnType<typeof Compile>>()
  return (schema, value) => {
    const validator = compiled.get(schema) ?? Compile(withoutReferences(schema, components.schemas) as TSchema)
    compiled.set(schema, validator)
    if (validator.Check(value)) return []
    return validator.Errors(value).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
  }
}

/** The schema with what it refers to put in; none of ours refers to itself. */
export function withoutReferences(schema: JsonSchema, named: NamedSchemas): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_, value) =>
    typeof value === 'object' && value !== null && typeof value.$ref === 'string'
      ? withoutReferences(resolve(value.$ref, named), named)
      : value,
  ) as JsonSchema
}
