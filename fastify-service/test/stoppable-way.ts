import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export interface StoppableWay {
  readonly port: number
  /** As SIGSTOP does to a process: its kernel takes connections and bytes, and nothing comes back. */
  stop(): void
  /** As a process that is killed: nobody listens, and what was open is cut. */
  refuse(): void
  /** `stop`, and nobody listens, so that somebody else can on the same port. */
  vacate(): void
  /** Every connection is reset in the middle of the first answer to a call. */
  cutAnswers(): void
  /** Ends all that: what was stopped goes on. */
  go(): Promise<void>
  close(): Promise<void>
}

/** A port that leads to another one, well or badly. */
export async function openWay(target: number): Promise<StoppableWay> {
  const peers = new Map<Socket, Socket | null>()
  let mode: 'open' | 'stopped' | 'cutting' = 'open'
  let server = await listen(0)
  const { port } = server.address() as AddressInfo

  async function listen(on: number): Promise<Server> {
    const made = createServer((socket) => {
      peers.set(
        socket.on('error', () => {}).on('close', () => forget(socket)),
        null,
      )
      if (mode !== 'stopped') join(socket)
    })
    await new Promise<void>((resolve) => made.listen(on, '127.0.0.1', resolve))
    return made
  }

  function join(socket: Socket): void {
    const peer = connect(target, '127.0.0.1').on('error', () => {})
    peers.set(socket, peer)
    socket.pipe(peer)
    peer.on('data', (bytes) => {
      if (mode !== 'cutting' || !holdsHeaders(bytes)) return socket.write(bytes)
      socket.write(bytes.subarray(0, bytes.length / 2), () => socket.resetAndDestroy())
    })
    peer.on('close', () => {
      if (mode !== 'stopped') socket.destroy()
    })
  }

  function forget(socket: Socket): void {
    peers.get(socket)?.destroy()
    peers.delete(socket)
  }

  function stop(): void {
    mode = 'stopped'
    for (const [socket, peer] of peers) {
      socket.unpipe()
      peer?.pause()
    }
  }

  function cut(): void {
    for (const socket of peers.keys()) socket.destroy()
  }

  return {
    port,
    stop,
    vacate: () => {
      stop()
      server.close()
    },
    refuse: () => {
      server.close()
      cut()
    },
    cutAnswers: () => {
      mode = 'cutting'
    },
    go: async () => {
      mode = 'open'
      if (!server.listening) server = await listen(port)
      for (const [socket, peer] of peers) {
        if (!peer) join(socket)
        else if (peer.destroyed) socket.destroy()
        else {
          socket.pipe(peer)
          peer.resume()
        }
      }
    },
    close: async () => {
      cut()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Whether one of these HTTP/2 frames begins an answer. A way so short never divides a frame. */
function holdsHeaders(bytes: Buffer): boolean {
  const headers = 1
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes[at + 3] === headers) return true
  }
  return false
}
