import { parseArgs } from 'node:util'
import { openDatabase } from '@meeshy/shared/database/open'
import { type AdminOutcome, makeAdmin } from '../fastify-service/src/store/accounts/first-admin.js'
import { gatewayDatabase } from '../fastify-service/src/store/database.js'
import { runCommand, Stop } from './lib/command.js'
import { loadConfigs } from './lib/services.js'
import { say } from './lib/terminal.js'

/** Makes a person an administrator; the services may run or not. */
await runCommand(async () => {
  const { positionals } = parseArgs({ allowPositionals: true })
  const [username] = positionals
  if (username === undefined || positionals.length > 1) throw new Stop('Name one person: ./start.sh admin <username>')
  const database = await openDatabase(loadConfigs().gateway.DATABASE_URL).catch((error: Error) => {
    // It says what to do.
    throw new Stop(error.message)
  })
  try {
    say(sentence(username, await makeAdmin(gatewayDatabase(database), username)))
    return 0
  } finally {
    await database.$disconnect()
  }
})

/** @throws Stop when the person is not an administrator now */
function sentence(username: string, outcome: AdminOutcome): string {
  switch (outcome) {
    case 'made':
      return `${username} is an administrator now.`
    case 'is one already':
      return `${username} is an administrator already.`
    case 'a guest':
      throw new Stop(`${username} is a guest: only people with an account can be administrators.`)
    case 'deactivated':
      throw new Stop(`${username} is deactivated: an administrator has to let them in first.`)
    case 'nobody':
      throw new Stop(`There is no ${username}: register first, then run this again.`)
  }
}
