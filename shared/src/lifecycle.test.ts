import { describe, expect, it } from 'vitest'
import { Opened } from './lifecycle.js'

const inOrder: string[] = []

/** Three things opened, of which those named do not close. */
function openThree(...broken: string[]): Opened {
  inOrder.length = 0
  const opened = new Opened()
  for (const name of ['database', 'server', 'feed']) {
    opened.add(async () => {
      inOrder.push(name)
      if (broken.includes(name)) throw new Error(`the ${name} does not close`)
    })
  }
  return opened
}

describe('what was opened', () => {
  it('closes in reverse, once', async () => {
    const opened = openThree()
    await opened.close()
    await opened.close()
    expect(inOrder).toEqual(['feed', 'server', 'database'])
  })

  it('closes to the last, and then says what went wrong first', async () => {
    await expect(openThree('feed', 'server').close()).rejects.toThrow('the feed does not close')
    expect(inOrder).toEqual(['feed', 'server', 'database'])
  })

  it('closes to the last when a closer throws at once', async () => {
    const opened = openThree()
    opened.add(() => {
      throw new Error('not even begun')
    })
    await expect(opened.close()).rejects.toThrow('not even begun')
    expect(inOrder).toEqual(['feed', 'server', 'database'])
  })
})

describe('a start that failed', () => {
  const failure = new Error('the port is taken')

  it('closes what it had opened and says why it failed', async () => {
    await expect(openThree().closeAfter(failure)).rejects.toBe(failure)
    expect(inOrder).toEqual(['feed', 'server', 'database'])
  })

  it('says so too when closing fails as well', async () => {
    await expect(openThree('server').closeAfter(failure)).rejects.toBe(failure)
    expect(inOrder).toEqual(['feed', 'server', 'database'])
  })
})
