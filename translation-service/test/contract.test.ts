import { describeMessagingContract } from '@meeshy/shared/testing/messaging-contract'
import { fakeModel, TestService } from './start-service.js'

describeMessagingContract('the real service', async () => {
  const test = await TestService.start({ models: [fakeModel().model] })
  return {
    ...test.address,
    async createRoom(joiningId) {
      const { conversationId, memberIds } = await test.createRoom([
        { reads: 'fr' },
        { reads: 'en' },
        { reads: 'en', role: 'moderator' },
      ])
      const [first, second, moderatorId] = memberIds as [string, string, string]
      if (joiningId !== undefined) {
        await test.people.conversationMember.create({ data: { conversationId, userId: joiningId } })
      }
      const { memberIds: strangers } = await test.createRoom([{ reads: 'en' }])
      return { conversationId, memberIds: [first, second], moderatorId, strangerId: strangers[0] as string }
    },
    close: () => test.close(),
  }
})
