import { afterAll, beforeAll, describe } from 'vitest'
import { accessContract } from './messaging-contract/access.js'
import { ContractTest, type MessagingUnderTest } from './messaging-contract/contract-test.js'
import { createContract } from './messaging-contract/create.js'
import { deleteContract } from './messaging-contract/delete.js'
import { editContract } from './messaging-contract/edit.js'
import { eraseContract } from './messaging-contract/erase.js'
import { eventsContract } from './messaging-contract/events.js'
import { marksContract } from './messaging-contract/marks.js'
import { readContract } from './messaging-contract/read.js'
import { streamContract } from './messaging-contract/stream.js'
import { summariesContract } from './messaging-contract/summaries.js'
import { translateContract } from './messaging-contract/translate.js'

/** What every MessagingService does, the real one and the fake: run with a function that starts one. */
export function describeMessagingContract(name: string, start: () => Promise<MessagingUnderTest>): void {
  describe(`the messaging contract, ${name}`, () => {
    const test = new ContractTest()
    beforeAll(() => test.open(start))
    afterAll(() => test.close())

    describe('sending', () => createContract(test))
    describe('reading', () => readContract(test))
    describe('an edit', () => editContract(test))
    describe('a deletion', () => deleteContract(test))
    describe('a translation', () => translateContract(test))
    describe('read marks', () => marksContract(test))
    describe('summaries', () => summariesContract(test))
    describe('the events of a conversation', () => eventsContract(test))
    describe('the stream', () => streamContract(test))
    describe('erasing', () => eraseContract(test))
    describe('access', () => accessContract(test))
  })
}
