import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { portHolder } from '../lib/port-holder.js'
import { checkPorts } from '../lib/ports.js'
import type { Configs } from '../lib/services.js'
import { startCommand } from './testing/process.js'
import { environmentFile } from './testing/settings.js'

describe('the port check', () => {
  it('names the process that listens on a port', async () => {
    expect(portHolder(await heldPort())).toMatch(new RegExp(`^.+ \\(pid ${process.pid}\\)$`))
  })

  it('stops dev with one sentence for each port in use, and says what to do', async () => {
    const [gateway, grpc] = [await heldPort(), await heldPort()]
    const env = await environmentFile({ FASTIFY_PORT: String(gateway), GRPC_PORT: String(grpc) })
    const { code, stderr } = await startCommand('dev', env).ended
    expect(code).toBe(1)
    const holder = `.+ \\(pid ${process.pid}\\)`
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(`^Port ${gateway} is in use by ${holder}: stop it, or give FASTIFY_PORT another port\\.$`),
      expect.stringMatching(`^Port ${grpc} is in use by ${holder}: stop it, or give GRPC_PORT another port\\.$`),
    ])
  })

  it('wants fixed ports and addresses of this machine', async () => {
    const configs = {
      gateway: { FASTIFY_HOST: '192.0.2.1', FASTIFY_PORT: 3001 },
      translation: { GRPC_HOST: '127.0.0.1', GRPC_PORT: 0, TRANSLATION_HOST: '127.0.0.1', TRANSLATION_PORT: 0 },
    } as Configs
    await expect(checkPorts(configs)).rejects.toThrow(
      /^Nothing can listen on 192\.0\.2\.1:3001 .*correct FASTIFY_HOST.*\nGRPC_PORT is 0: .*\nTRANSLATION_PORT is 0: .*$/,
    )
  })
})

async function heldPort(): Promise<number> {
  const server = createServer()
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
