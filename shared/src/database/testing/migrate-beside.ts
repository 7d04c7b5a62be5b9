// A process that migrates, for migrate.test.ts. Arguments: url, and optionally the folder of migrations.
import { migrate } from '../migrate.js'

process.once('disconnect', () => process.exit()) // also when the test's process is gone

const [url = '', folder] = process.argv.slice(2)
const { applied } = await migrate(url, folder === undefined ? {} : { folder })
process.send?.(applied, () => process.disconnect())
