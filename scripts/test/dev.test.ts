import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { expect, it } from 'vitest'
import { ask } from '../lib/ask.js'
import { checkPorts } from '../lib/ports.js'
import { loadConfigs, servicesOf } from '../lib/services.js'
import { startCommand } from './testing/process.js'
import { environmentFile } from './testing/settings.js'

it('dev starts both services, restarts one that dies, and stops them on Ctrl-C', async () => {
  const env = await environmentFile()
  const configs = loadConfigs(parseEnv(readFileSync(env.MEESHY_ENV_FILE, 'utf8')))
  const [gateway, translation] = servicesOf(configs)
  const dev = startCommand('dev', env)

  await dev.line(/applying the migration/)
  await dev.line(/^\[translation\] .*listening/)
  const welcome = await dev.line(/Meeshy is ready/)
  await dev.line(new RegExp(`${gateway?.url}/health`), welcome.index)
  await dev.line(new RegExp(`${translation?.url}/health`), welcome.index)
  for (const service of [gateway, translation])
    expect(await ask(`${service?.url}/readyz`)).toMatchObject({ status: 200 })

  for (const name of ['gateway', 'translation']) {
    const started = await dev.line(new RegExp(`${name} is starting \\(pid (\\d+)\\)`))
    const from = dev.lines.length
    process.kill(Number(started.match[1]), 'SIGKILL')
    const said = await dev.line(new RegExp(`${name} was ended by SIGKILL, starting it again in 1 s`), from)
    await dev.line(new RegExp(`${name} is ready`), said.index)
  }

  dev.kill('SIGINT')
  const { code, stderr } = await dev.ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(dev.lines.at(-1)).toContain('both services are stopped')
  await checkPorts(configs)
})
