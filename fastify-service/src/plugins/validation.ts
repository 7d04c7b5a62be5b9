import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * Checks what comes in with TypeBox. Nothing is stripped, filled in or coerced, but for whole numbers in a query,
 * where everything is text.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema)
  return (given: unknown) => {
    const value = httpPart === 'querystring' ? withIntegers(schema, given as Record<string, unknown>) : given
    // The type says Ajv's errors; `toProblem` is the one who reads them.
    return validator.Check(value) ? { value } : { error: validator.Errors(value) as never }
  }
}

function withIntegers(schema: TSchema, query: Record<string, unknown>): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> }
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const isWhole =
        properties[name]?.type === 'integer' && typeof value === 'string' && /^(0|-?[1-9]\d{0,14})$/.test(value)
      return [name, isWhole ? Number(value) : value]
    }),
  )
}
