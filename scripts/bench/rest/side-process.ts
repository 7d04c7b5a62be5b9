// The process of a side: the gateway, and beside it what is compared with it, on the gateway's own context.
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openSqlReader } from '@meeshy/shared/database/open-sql'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { buildApp } from '../../../fastify-service/src/app.js'
import { loadConfig } from '../../../fastify-service/src/config.js'
import type { Context } from '../../../fastify-service/src/context.js'
import { startGateway } from '../../../fastify-service/src/gateway.js'
import { serveMeasured } from '../lib/measured-process.js'
import { bareServer, helloServer } from './bare.js'
import { inMemory } from './memory.js'
import { nestOnExpress } from './nest/on-express.js'
import { nestOnFastify } from './nest/on-fastify.js'
import { usualReads } from './usual-reads.js'
import { type Work, workOf } from './work.js'

const peers = {
  hello: async () => helloServer(),
  bare: async (work) => bareServer(work),
  nestOnExpress,
  nestOnFastify,
} satisfies Record<string, (work: Work) => Promise<Server>>

export type SideName = 'gateway' | keyof typeof peers

export interface SideOptions {
  name: SideName
  /** Whether the database and the messages answer from memory. */
  fromMemory: boolean
  token: string
}

const { name, fromMemory, token } = JSON.parse(process.argv[2] ?? '') as SideOptions
const gateway = await startGateway(loadConfig(process.env))
await waitFor(() => gateway.context.messaging.ready(), { what: 'the link to the translation service' })
const reader = await openSqlReader(gateway.context.config.DATABASE_URL)
const context = contextOf(gateway.context)
const app = context === gateway.context ? gateway.app : await buildApp(context)
await app.ready()
const server = name === 'gateway' ? app.server : await peers[name](await workOf(app, context, token))
if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
serveMeasured({ port: (server.address() as AddressInfo).port }, async () => {
  await reader.close()
  await gateway.close()
})

/** With its queries, Nest asks the database through Prisma, as is usual there. */
function contextOf(own: Context): Context {
  if (fromMemory) return inMemory(own, reader)
  return name.startsWith('nest') ? { ...own, reads: { ...own.reads, ...usualReads(own.database) } } : own
}
