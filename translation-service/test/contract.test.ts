import { describeMessagingContract } from '@meeshy/shared/testing/messaging-contract'
import { fakeModel, TestService } from './start-service.js'

describeMessagingContract('the real service', async () => {
  const test = await TestService.start({ models: [fakeModel().model] })
  return {
    ...test.address,
    async createRoom() {
      const { conversationId, memberIds } = await test.createRoom([{ reads: 'en' }, { reads: 'fr' }])
      return { conversationId, memberIds: memberIds as [string, string] }
    },
    close: () => test.close(),
  }
})
