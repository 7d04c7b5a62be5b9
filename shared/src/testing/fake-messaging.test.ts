import { randomUUID } from 'node:crypto'
import { startFakeMessaging } from './fake-messaging.js'
import { describeMessagingContract } from './messaging-contract.js'

const serviceToken = 'a-service-token-of-32-characters'

describeMessagingContract('the fake', async () => {
  const fake = await startFakeMessaging({ serviceToken })
  return {
    host: fake.host,
    port: fake.port,
    serviceToken,
    createRoom: async () => ({ conversationId: randomUUID(), memberIds: [randomUUID(), randomUUID()] }),
    close: () => fake.close(),
  }
})
