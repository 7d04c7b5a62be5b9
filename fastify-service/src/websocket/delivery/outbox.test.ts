import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Flusher } from './flusher.js'
import { Outbox, type OutboxLimits } from './outbox.js'
import { encode, type Outgoing } from './outgoing.js'

const limits: OutboxLimits = { maxQueuedFrames: 5, maxBufferedBytes: 100_000 }

/** A socket whose client takes what was written when it is told to. */
class PausedSocket {
  readonly written: Buffer[] = []
  readonly #callbacks: Array<() => void> = []

  write(bytes: Buffer, taken: () => void): boolean {
    this.written.push(bytes)
    this.#callbacks.push(taken)
    return true
  }

  take(): void {
    for (const taken of this.#callbacks.splice(0)) taken()
  }
}

function open(flusher = new Flusher(), { greeted = true } = {}) {
  const socket = new PausedSocket()
  const slow: string[] = []
  const outbox = new Outbox({
    socket: socket as unknown as Socket,
    flusher,
    limits,
    isOpen: () => true,
    onSlow: () => slow.push('slow'),
  })
  if (greeted) outbox.greet(frame('hello'))
  return { outbox, socket, slow, flusher }
}

function frame(id: string, size = 0): Outgoing {
  const data = { id, version: 1, ...(size > 0 ? { ballast: 'x'.repeat(size) } : {}) }
  return encode({ type: 'conversation.updated', conversationId: id, data })
}

const idsIn = (bytes: Buffer) => [...bytes.toString().matchAll(/"id":"(\w+)"/g)].map(([, id]) => id)

describe('an outbox', () => {
  it('writes everything of one turn at once, and nothing more until that was taken', async () => {
    const { outbox, socket, flusher } = open()
    outbox.write(frame('one'))
    outbox.write(frame('two'))
    await nextTurn()
    expect(socket.written.map(idsIn)).toEqual([['hello', 'one', 'two']])
    outbox.write(frame('three'))
    await flusher.flushed()
    expect(socket.written).toHaveLength(1)
    socket.take()
    await flusher.flushed()
    expect(socket.written.map(idsIn)).toEqual([['hello', 'one', 'two'], ['three']])
  })

  it('holds events back until hello, and lets answers through', async () => {
    const { outbox, socket } = open(new Flusher(), { greeted: false })
    outbox.write(frame('event'))
    outbox.answer(frame('answer'))
    await nextTurn()
    outbox.greet(frame('hello'))
    socket.take()
    await nextTurn()
    expect(socket.written.flatMap(idsIn)).toEqual(['answer', 'hello', 'event'])
  })

  it('counts what waits and what is on its way, by frames and by bytes, and not what is exempt', async () => {
    const { outbox, socket, slow } = open()
    await nextTurn()
    for (let count = 0; count < 4; count += 1) outbox.write(frame('x'))
    for (let count = 0; count < 10; count += 1) outbox.answer({ ...frame('exempt', 60_000), exempt: true })
    expect(slow).toEqual([])
    outbox.write(frame('x'))
    expect(slow).toEqual(['slow'])
    const other = open()
    other.outbox.write(frame('big', 100_000))
    other.outbox.write(frame('x'))
    expect(other.slow).toEqual(['slow'])
    socket.take()
  })

  it('counts down what was taken', async () => {
    const { outbox, socket, slow, flusher } = open()
    for (let count = 0; count < 100; count += 1) {
      outbox.write(frame('x', 1_000))
      await flusher.flushed()
      socket.take()
    }
    expect(slow).toEqual([])
  })

  it('writes no more than 64 KiB in one piece, and the rest when that was taken', async () => {
    const { outbox, socket, flusher } = open()
    for (let count = 0; count < 4; count += 1) outbox.write(frame(`f${count}`, 20_000))
    await flusher.flushed()
    expect(socket.written.map(idsIn)).toEqual([['hello', 'f0', 'f1', 'f2']])
    socket.take()
    await flusher.flushed()
    expect(socket.written.map(idsIn)[1]).toEqual(['f3'])
  })

  it('takes back what is not on its way, also what waits for hello, and counts it no more', async () => {
    const { outbox, socket, slow, flusher } = open()
    await nextTurn()
    const isOne = ({ frame }: Outgoing) => 'conversationId' in frame && frame.conversationId === 'one'
    for (let count = 0; count < 20; count += 1) {
      outbox.write(frame('one', 30_000))
      outbox.revise((outgoing) => (isOne(outgoing) ? null : outgoing))
    }
    outbox.write(frame('two'))
    socket.take()
    await flusher.flushed()
    expect(socket.written.slice(1).map(idsIn)).toEqual([['two']])
    expect(slow).toEqual([])
    const held = open(new Flusher(), { greeted: false })
    held.outbox.write(frame('one'))
    held.outbox.write(frame('two'))
    held.outbox.revise((outgoing) => (isOne(outgoing) ? null : outgoing))
    held.outbox.greet(frame('hello'))
    await held.flusher.flushed()
    expect(held.socket.written.map(idsIn)).toEqual([['hello', 'two']])
  })

  it('tells when it is empty, and when it is closed', async () => {
    const { outbox, socket, flusher } = open()
    const told: string[] = []
    void outbox.empty().then(() => told.push('empty'))
    await flusher.flushed()
    expect(told).toEqual([])
    socket.take()
    await nextTurn()
    expect(told).toEqual(['empty'])
    outbox.write(frame('x'))
    void outbox.empty().then(() => told.push('closed'))
    outbox.close()
    await nextTurn()
    expect(told).toEqual(['empty', 'closed'])
    await flusher.flushed()
    expect(socket.written).toHaveLength(1)
  })

  it('tells that it is empty also when everything was taken back', async () => {
    const { outbox, socket, flusher } = open()
    await flusher.flushed()
    socket.take()
    outbox.write(frame('one'))
    const empty = outbox.empty()
    outbox.revise(() => null)
    await empty
    await flusher.flushed()
    expect(socket.written).toHaveLength(1)
  })
})

describe('the flusher', () => {
  it('waits for what was queued before, however much others queue meanwhile', async () => {
    const flusher = new Flusher()
    const { outbox, socket } = open(flusher)
    outbox.write(frame('mine'))
    let isOver = false
    const busy = { flush: () => !isOver && flusher.add(busy) } as never as { flush(): void }
    flusher.add(busy)
    await flusher.flushed()
    isOver = true
    expect(socket.written.flatMap(idsIn)).toEqual(['hello', 'mine'])
  })

  it('writes the same bytes to all who get the same frames, and others to the others', async () => {
    const flusher = new Flusher()
    const all = Array.from({ length: 4 }, () => open(flusher))
    await flusher.flushed()
    for (const { socket } of all) socket.take()
    const [one, two, other] = [frame('one'), frame('two'), frame('other')]
    for (const { outbox } of all) outbox.write(one)
    for (const { outbox } of all.slice(0, 3)) outbox.write(two)
    all[3]?.outbox.write(other)
    await flusher.flushed()
    const [first, second, third, fourth] = all.map(({ socket }) => socket.written[1])
    expect(first).toBe(second)
    expect(second).toBe(third)
    expect(first && idsIn(first)).toEqual(['one', 'two'])
    expect(fourth && idsIn(fourth)).toEqual(['one', 'other'])
  })

  it('lets others have their turn while it writes to a big room', async () => {
    const flusher = new Flusher()
    let turns = 0
    const counter = setInterval(() => {
      turns += 1
    }, 0)
    const busy = { flush: () => burn(0.2) }
    for (let count = 0; count < 500; count += 1) flusher.add(busy)
    await flusher.flushed()
    clearInterval(counter)
    expect(turns).toBeGreaterThan(3)
  })
})

function burn(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}
