import type { SqlReads, SqlValue } from '@meeshy/shared/database/sql'
import type { Context } from '../../../fastify-service/src/context.js'
import { preparedReads } from '../../../fastify-service/src/store/reads.js'

/**
 * The same context with rows and messages that come from memory: for ever what was answered first. What is made of them
 * is made for every request.
 */
export function inMemory(context: Context, sql: SqlReads): Context {
  return { ...context, reads: preparedReads(rememberingRows(sql)), messaging: remembering(context.messaging) }
}

/** By the statement: only one person asks. */
function rememberingRows(sql: SqlReads): SqlReads {
  const known = new Map<string, unknown>()
  const remember = async <Answer>(statement: string, ask: () => Promise<Answer>): Promise<Answer> => {
    if (!known.has(statement)) known.set(statement, await ask())
    return known.get(statement) as Answer
  }
  return {
    all: <Row>(statement: string, ...values: SqlValue[]) =>
      remember(statement, () => sql.all<Row>(statement, ...values)),
    get: <Row>(statement: string, ...values: SqlValue[]) =>
      remember(statement, () => sql.get<Row>(statement, ...values)),
  }
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
