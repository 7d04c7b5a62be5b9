import type { JsonSchema, NamedSchemas } from './openapi-examples.js'

/** What `ref` makes: the `$id` of a schema, with an empty fragment. */
const reference = /^(\w+)#$/

/** Turns references by `$id` into references into the document, and adds the schemas that they name. */
export function withNames<Document extends { components: object }>(document: Document, named: NamedSchemas) {
  const schemas: NamedSchemas = {}
  const located = locate(document)
  return { ...located, components: { ...located.components, schemas } }

  function locate<Part>(part: Part): Part {
    return JSON.parse(JSON.stringify(part), (_, value) => {
      const name = typeof value?.$ref === 'string' && reference.exec(value.$ref)?.[1]
      return name ? { $ref: include(name) } : value
    }) as Part
  }

  function include(name: string): string {
    if (!Object.hasOwn(schemas, name)) {
      // An `$id` would make it a document of its own, in which nothing else is found.
      const { $id: _, ...schema } = named[name] as JsonSchema & { $id?: string }
      schemas[name] = schema
      schemas[name] = locate(schema)
    }
    return `#/components/schemas/${name}`
  }
}
