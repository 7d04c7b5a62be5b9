import type { Context } from '../../../fastify-service/src/context.js'
import type { GatewayDatabase } from '../../../fastify-service/src/store/database.js'

/** The same context with a database and messages that answer from memory, each method for ever what it answered first. */
export function inMemory(context: Context): Context {
  const tables = Object.entries(context.database).map(([name, table]) => [
    name,
    typeof table === 'object' ? remembering(table) : table,
  ])
  const database = Object.fromEntries(tables) as GatewayDatabase
  return { ...context, database, messaging: remembering(context.messaging) }
}

function remembering<Thing extends object>(thing: Thing): Thing {
  const methods = new Map<PropertyKey, unknown>()
  return new Proxy(thing, {
    get(target, name) {
      const known = methods.get(name)
      if (known) return known
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      const method = once((given: unknown[]) => Reflect.apply(value, target, given))
      methods.set(name, method)
      return method
    },
  })
}

function once(ask: (given: unknown[]) => unknown): (...given: unknown[]) => Promise<unknown> {
  let answer: { value: unknown } | undefined
  return async (...given) => {
    answer ??= { value: await ask(given) }
    return answer.value
  }
}
