import { writeFileSync } from 'node:fs'
import { openApiFile, openApiText } from './openapi-file.js'
import { startTestGateway } from './support.js'

/** Writes what the app says of itself to openapi.json: `npm run openapi`. */
const gateway = await startTestGateway()
writeFileSync(openApiFile, openApiText(gateway))
await gateway.close()
