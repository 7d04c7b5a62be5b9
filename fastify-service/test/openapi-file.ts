import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type {} from '@fastify/swagger' // for app.swagger()
import type { OpenApi, OpenApiOperation } from '../src/plugins/openapi-document.js'
import type { TestGateway } from './support.js'

/** The API's description as a file, for those who generate clients and for reviews of what changes. */
export const openApiFile = fileURLToPath(new URL('../openapi.json', import.meta.url))

export function readOpenApiFile(): OpenApi {
  return JSON.parse(readFileSync(openApiFile, 'utf8')) as OpenApi
}

/** The file's text, as the app would write it. */
export function openApiText({ app }: TestGateway): string {
  return `${JSON.stringify(app.swagger(), null, 2)}\n`
}

export interface Endpoint {
  method: string
  path: string
  operation: OpenApiOperation
}

export function endpointsOf({ paths }: OpenApi): Endpoint[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
}
