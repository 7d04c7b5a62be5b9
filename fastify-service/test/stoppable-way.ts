import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface StoppableWay {
  readonly port: number
  /** As SIGSTOP does to a process: its kernel takes connections and bytes, and nothing comes back. */
  stop(): void
  close(): Promise<void>
}

/** A port that leads to another one, until it is stopped. */
export async function openWay(target: number): Promise<StoppableWay> {
  const sockets = new Set<Socket>()
  let stopped = false
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    if (stopped) return
    const peer = connect(target, '127.0.0.1').on('error', () => {})
    sockets.add(peer)
    socket.pipe(peer).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      stopped = true
      for (const socket of sockets) socket.unpipe()
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
