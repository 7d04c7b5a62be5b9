import { parseArgs } from 'node:util'
import { ask } from './lib/ask.js'
import { runCommand } from './lib/command.js'
import { healthLines, isWell, type ServiceHealth } from './lib/health-report.js'
import { loadConfigs, servicesOf } from './lib/services.js'
import { say } from './lib/terminal.js'

const limitMs = 3_000

await runCommand(async () => {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  const all: ServiceHealth[] = await Promise.all(
    servicesOf(loadConfigs()).map(async (service) => ({
      service,
      answer: await ask(`${service.url}/health`, limitMs),
    })),
  )
  if (values.json) {
    const byName = all.map((health) => [
      health.service.name,
      { ok: isWell(health), health: health.answer?.body ?? null },
    ])
    say(JSON.stringify(Object.fromEntries(byName), null, 2))
  } else {
    for (const health of all) say(healthLines(health).join('\n'))
  }
  return all.every(isWell) ? 0 : 1
})
