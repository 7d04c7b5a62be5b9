import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { projects: ['shared', 'fastify-service', 'translation-service', 'scripts'] },
})
