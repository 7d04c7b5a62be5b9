import { expect, it } from 'vitest'
import { startCommand } from './testing/process.js'
import { environmentFile } from './testing/settings.js'

it('health says which services do not answer, for people and for programs', async () => {
  const env = await environmentFile()
  const people = await startCommand('health', env).ended
  expect(people.code).toBe(1)
  expect(people.stdout.split('\n')).toEqual([
    expect.stringMatching(/^✗ gateway {2}http:\/\/127\.0\.0\.1:\d+ {2}does not answer: \.\/start\.sh dev starts it$/),
    expect.stringMatching(/^✗ translation .*does not answer/),
  ])
  const programs = await startCommand('health', env, ['--json']).ended
  expect(programs.code).toBe(1)
  expect(JSON.parse(programs.stdout)).toEqual({
    gateway: { ok: false, health: null },
    translation: { ok: false, health: null },
  })
})
