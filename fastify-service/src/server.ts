import { runService } from '@meeshy/shared/lifecycle'
import { loadConfig } from './config.js'
import { startGateway } from './gateway.js'

await runService(async () => startGateway(loadConfig()))
