import { defineConfig } from 'prisma/config'

// Only `generate`, `validate` and `format` use this: migrations run through src/database/migrate.ts.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  datasource: { url: 'file:unused.db' },
})
