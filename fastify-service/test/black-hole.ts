import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'

const listener = `require('node:net').createServer().listen(
  { port: Number(process.argv[1]), host: '127.0.0.1', backlog: 1 }, () => console.log('listening'))`

/** More than what the kernel completes for a listener that takes none. */
const fillers = 8

/** Nobody answers on this port of loopback, not even the kernel: attempts to connect hang. */
export async function openBlackHole(port: number): Promise<{ close(): Promise<void> }> {
  const child = spawn(process.execPath, ['-e', listener, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  const sockets = Array.from({ length: fillers }, () => connect(port, '127.0.0.1').on('error', () => {}))
  await Promise.race(sockets.map((socket) => once(socket, 'connect')))
  return {
    async close() {
      for (const socket of sockets) socket.destroy()
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
