import { parseArgs } from 'node:util'
import { runCommand } from './lib/command.js'
import { prepareDatabase, prepareSettings } from './lib/prepare.js'
import { say } from './lib/terminal.js'

await runCommand(async () => {
  parseArgs({ options: {} })
  const { gateway } = prepareSettings()
  await prepareDatabase(gateway.DATABASE_URL)
  say('Everything is in place: ./start.sh dev starts the services.')
  return 0
})
