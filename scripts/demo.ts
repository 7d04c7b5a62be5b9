import { parseArgs } from 'node:util'
import { lines, people } from './demo/script.js'
import { headline, summary, viewLine } from './demo/transcript.js'
import { playLine, type View } from './demo/views.js'
import { ChatClient } from './lib/chat-client.js'
import { runCommand } from './lib/command.js'
import { prepareSettings } from './lib/prepare.js'
import { ownStage, runningStage, type Stage } from './lib/stage.js'
import { paint, say } from './lib/terminal.js'

await runCommand(async () => {
  parseArgs({ options: {} })
  const stage = await openStage()
  try {
    const views = await playConversation(stage)
    say(summary(views))
    return views.some(({ kind }) => kind === 'missing') ? 1 : 0
  } finally {
    await stage.close()
  }
})

async function openStage(): Promise<Stage> {
  const running = await runningStage(prepareSettings())
  if (running) {
    say(paint('dim', `With the running services (${running.gatewayUrl}).`))
    return running
  }
  say(paint('dim', 'Starting both services for the demo, with a database of its own that is removed afterwards…'))
  return ownStage()
}

async function playConversation({ gatewayUrl }: Stage): Promise<View[]> {
  say(paint('dim', 'Registering four people, who meet in a group conversation…'))
  const cast = new Map<unknown, ChatClient>()
  for (const person of people) cast.set(person, await ChatClient.register(gatewayUrl, person))
  const clients = [...cast.values()]
  const [host, ...guests] = clients as [ChatClient, ...ChatClient[]]
  const conversationId = await host.createConversation('Meeshy demo', guests)
  await Promise.all(clients.map((client) => client.connect()))

  const all: View[] = []
  for (const { author, text } of lines) {
    const writer = cast.get(author) as ChatClient
    say(headline(author, text))
    const views = await playLine(
      writer,
      clients.filter((client) => client !== writer),
      conversationId,
      text,
    )
    for (const view of views) say(viewLine(view))
    all.push(...views)
  }
  await Promise.all(clients.map((client) => client.disconnect()))
  return all
}
