import { runService } from '@meeshy/shared/lifecycle'
import { loadConfig } from './config.js'
import { startTranslationService } from './service.js'

await runService(() => startTranslationService(loadConfig()))
