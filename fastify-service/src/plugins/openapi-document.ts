import { STATUS_CODES } from 'node:http'
import { exampleOf, type JsonSchema, type NamedSchemas } from './openapi-examples.js'
import { describePathParameter, operationIdOf } from './openapi-names.js'

/** The parts of an OpenAPI document that are read here. */
export interface OpenApi {
  openapi: string
  tags: Array<{ name: string; description: string }>
  paths: Record<string, Record<string, OpenApiOperation>>
  components: { schemas: NamedSchemas }
}

export interface OpenApiOperation {
  operationId?: string
  summary: string
  description: string
  tags: string[]
  security?: object[]
  parameters?: Array<{ name: string; in: string; required?: boolean; description?: string; schema: JsonSchema }>
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { description: string; content?: Record<string, Media> }>
}

interface Media {
  schema: JsonSchema
  example?: unknown
  examples?: object
}

/** Adds what follows from the rest: names for the operations, words for their parameters, an example of every body. */
export function complete(document: OpenApi): OpenApi {
  const named = document.components.schemas
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      operation.operationId ??= operationIdOf({ method, path, isList: isList(operation) })
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === 'path') parameter.description ??= describePathParameter(path, parameter.name)
      }
      for (const media of Object.values(operation.requestBody?.content ?? {})) addExample(media, named, 'required')
      for (const [status, response] of Object.entries(operation.responses)) {
        if (response.description === 'Default Response') response.description = STATUS_CODES[status] ?? 'The answer'
        if (!status.startsWith('2')) continue
        for (const media of Object.values(response.content ?? {})) addExample(media, named, 'all')
      }
    }
  }
  return document
}

function addExample(media: Media, named: NamedSchemas, parts: 'required' | 'all'): void {
  if (media.example === undefined && media.examples === undefined) {
    media.example = exampleOf(media.schema, named, parts)
  }
}

function isList({ responses }: OpenApiOperation): boolean {
  const schema = responses['200']?.content?.['application/json']?.schema
  return schema?.type === 'array' || schema?.properties?.data?.type === 'array'
}
