import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../lib/paths.js'
import { run } from './testing/process.js'
import { temporaryFolder } from './testing/temporary.js'

const startSh = join(root, 'start.sh')
const commands = ['setup', 'dev', 'test', 'health', 'demo', 'admin', 'help']

describe('start.sh', () => {
  it('lists its commands without one, with help and with --help', async () => {
    for (const args of [[], ['help'], ['--help']]) {
      const { code, stdout } = await run(startSh, args)
      expect(code).toBe(0)
      expect(namesIn(stdout)).toEqual(commands)
    }
  })

  it('refuses an unknown command with the list and exit code 2', async () => {
    const { code, stderr, stdout } = await run(startSh, ['depolar'])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('no command "depolar"')
    expect(namesIn(stderr)).toEqual(commands)
  })

  it.each(commands)('explains %s without running it', async (command) => {
    const { code, stdout } = await run(startSh, [command, '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain(`./start.sh ${command === 'help' ? '<command>' : command}`)
  })

  it('says in one sentence that Node is too old, and what to do', async () => {
    const bin = temporaryFolder()
    writeProgram(join(bin, 'node'), 'echo v18.0.0')
    const { code, stderr, stdout } = await run(startSh, ['dev'], { env: { PATH: `${bin}:${process.env.PATH}` } })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^Node v18\.0\.0 is too old: install Node .*20\.19.*run this again\.$/)
  })

  it('says in one sentence that Node is missing', async () => {
    const { stderr, code } = await run(startSh, ['dev'], { env: { PATH: onlyPrograms(['bash', 'dirname']) } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Node is missing: install Node .*$/)
  })

  it('says in one sentence that the compiler is missing, before it installs anything', async () => {
    const folder = temporaryFolder()
    copyFileSync(startSh, join(folder, 'start.sh'))
    const PATH = onlyPrograms(['bash', 'dirname', 'node', 'npm', 'npx', 'cat', 'cksum', 'python3'])
    const { code, stderr, stdout } = await run(join(folder, 'start.sh'), ['dev'], { cwd: folder, env: { PATH } })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^Missing to compile SQLite: make g\+\+\. Install with "apt-get .*, and run this again\.$/)
  })

  it('hands its arguments over, and refuses unknown ones with exit code 2', async () => {
    const { code, stderr } = await run(startSh, ['health', '--jsno'])
    expect(code).toBe(2)
    expect(stderr).toContain("'--jsno'")
  })

  it('passes shellcheck', async ({ skip }) => {
    const installed = await run('bash', ['-c', 'command -v shellcheck'])
    if (installed.code !== 0) skip('shellcheck is not installed')
    const { stdout } = await run('shellcheck', ['start.sh', '.ci/run'])
    expect(stdout).toBe('')
  })
})

/** The first words of the indented lines. */
function namesIn(list: string): string[] {
  return [...list.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name as string)
}

function writeProgram(file: string, body: string): void {
  writeFileSync(file, `#!/bin/sh\n${body}\n`)
  chmodSync(file, 0o755)
}

/** A PATH with nothing else. */
function onlyPrograms(names: string[]): string {
  const bin = join(temporaryFolder(), 'bin')
  mkdirSync(bin)
  for (const name of names) {
    const folder = process.env.PATH?.split(':').find((candidate) => isProgram(join(candidate, name)))
    if (!folder) throw new Error(`${name} is not on this machine`)
    symlinkSync(join(folder, name), join(bin, name))
  }
  return bin
}

function isProgram(file: string): boolean {
  try {
    readFileSync(file)
    return true
  } catch {
    return false
  }
}
