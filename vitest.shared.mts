import { defineConfig } from 'vitest/config'

/** Tests run the TypeScript sources of every package: no build is needed before them. */
export default defineConfig({
  ssr: { resolve: { conditions: ['@meeshy/source'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
