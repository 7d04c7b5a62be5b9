import { parseArgs } from 'node:util'
import { runCommand, Stop } from './lib/command.js'
import { checkPorts } from './lib/ports.js'
import { prepareDatabase, prepareSettings } from './lib/prepare.js'
import { type Configs, type Service, servicesOf } from './lib/services.js'
import { watchStopSignals } from './lib/stop-signals.js'
import { Supervisor } from './lib/supervisor.js'
import { colored, duration, paint, say } from './lib/terminal.js'

const reminderMs = 5_000

await runCommand(async () => {
  parseArgs({ options: {} })
  const configs = prepareSettings()
  await checkPorts(configs)
  await prepareDatabase(configs.gateway.DATABASE_URL)

  const services = servicesOf(configs)
  const stop = watchStopSignals()
  const supervisor = new Supervisor(services, {
    // The services see a pipe and would print without colours.
    environment: { ...process.env, ...(colored ? { FORCE_COLOR: '1' } : {}) },
    line: (service, text) => say(`${prefix(service, services)} ${text}`),
    notice: (text) => say(paint('yellow', `▸ ${text}`)),
  })
  announceWhenReady(supervisor, configs)
  supervisor.start()

  const givenUp = await Promise.race([stop.first, supervisor.givenUp])
  say(paint('yellow', '▸ stopping both services…'))
  await supervisor.stop(stop.hurry)
  if (givenUp) throw new Stop(`${givenUp.name} cannot run, so everything is stopped; its lines above say why.`)
  say(paint('yellow', '▸ both services are stopped'))
  return 0
})

function prefix(service: Service, services: Service[]): string {
  const width = Math.max(...services.map(({ name }) => name.length)) + 2
  return paint(service.color, `[${service.name}]`.padEnd(width))
}

function announceWhenReady(supervisor: Supervisor, configs: Configs): void {
  const began = performance.now()
  const reminder = setInterval(() => {
    const names = supervisor.waitingFor.map(({ name }) => name).join(' and ')
    say(paint('yellow', `▸ waiting for ${names} since ${duration(performance.now() - began)}`))
  }, reminderMs)
  void supervisor.ready.then(() => {
    clearInterval(reminder)
    say(welcome(configs, performance.now() - began))
  })
}

function welcome(configs: Configs, tookMs: number): string {
  const [gateway, translation] = servicesOf(configs).map(({ url }) => url) as [string, string]
  const body = JSON.stringify({ q: 'Good morning!', source: 'en', target: 'fr' })
  return `
${paint('bold', paint('green', `Meeshy is ready (${duration(tookMs)})`))}
  gateway       ${gateway}/health   API: ${gateway}/docs
  chat socket   ${gateway.replace(/^http/, 'ws')}/ws
  translation   ${translation}/health   ${translation}/models/status   ${translation}/cache/stats
  try it        curl -s ${translation}/translate -H 'content-type: application/json' -d '${body}'
                ./start.sh demo     (in another terminal)
Ctrl-C stops both services.
`
}
