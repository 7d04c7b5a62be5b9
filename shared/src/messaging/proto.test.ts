import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { MessagingService } from './contract.js'

const sharedFolder = fileURLToPath(new URL('../..', import.meta.url))
const buf = join(dirname(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json')), 'bin/buf')

test('the contract is written as the linter wants it: names, and a comment on everything', async () => {
  await expect(promisify(execFile)(buf, ['lint'], { cwd: sharedFolder })).resolves.toMatchObject({ stdout: '' })
})

test('every rpc that was asked for is there', () => {
  expect(Object.keys(MessagingService.service)).toEqual(
    expect.arrayContaining([
      ...['CreateMessage', 'GetMessage', 'UpdateMessage', 'DeleteMessage', 'TranslateMessage'],
      ...['GetConversationMessages', 'MarkMessageAsRead'],
    ]),
  )
})
