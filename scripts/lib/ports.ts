import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { Stop } from './command.js'
import { portHolder } from './port-holder.js'
import type { Configs } from './services.js'

interface Door {
  hostSetting: string
  host: string
  portSetting: string
  port: number
}

/** Throws a Stop that says, for each port the services cannot have, why not and what to do. */
export async function checkPorts(configs: Configs): Promise<void> {
  const problems = await Promise.all(doorsOf(configs).map(problemOf))
  const found = problems.filter((problem) => problem !== null)
  if (found.length > 0) throw new Stop(found.join('\n'))
}

/** Ports of 127.0.0.1 that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen('127.0.0.1', 0)))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))))
  return ports
}

function doorsOf({ gateway, translation }: Configs): Door[] {
  return [
    {
      hostSetting: 'FASTIFY_HOST',
      host: gateway.FASTIFY_HOST,
      portSetting: 'FASTIFY_PORT',
      port: gateway.FASTIFY_PORT,
    },
    { hostSetting: 'GRPC_HOST', host: translation.GRPC_HOST, portSetting: 'GRPC_PORT', port: translation.GRPC_PORT },
    {
      hostSetting: 'TRANSLATION_HOST',
      host: translation.TRANSLATION_HOST,
      portSetting: 'TRANSLATION_PORT',
      port: translation.TRANSLATION_PORT,
    },
  ]
}

async function problemOf({ hostSetting, host, portSetting, port }: Door): Promise<string | null> {
  if (port === 0) return `${portSetting} is 0: give it a fixed port, so that clients know where to go.`
  try {
    const server = await listen(host, port)
    await new Promise((closed) => server.close(closed))
    return null
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const holder = portHolder(port)
    if (code === 'EADDRINUSE') {
      return `Port ${port} is in use by ${holder ?? 'another process'}: stop it, or give ${portSetting} another port.`
    }
    if (code === 'EACCES') return `Port ${port} needs more rights: give ${portSetting} a port above 1023.`
    return `Nothing can listen on ${host}:${port} (${message}): correct ${hostSetting} or ${portSetting}.`
  }
}

async function listen(host: string, port: number) {
  const server = createServer()
  server.listen({ host, port })
  await once(server, 'listening')
  return server
}
