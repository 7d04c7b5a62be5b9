import { mergeConfig } from 'vitest/config'
import shared from '../vitest.shared.mts'

/** One file at a time: these tests start the real services, which want the machine for themselves. */
export default mergeConfig(shared, { test: { fileParallelism: false, testTimeout: 120_000 } })
