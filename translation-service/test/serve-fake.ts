// The process of a ServiceProcess: serves on free ports and tells that of gRPC.
import { runService } from '@meeshy/shared/lifecycle'
import { loadConfig } from '../src/config.js'
import { startTranslationService } from '../src/service.js'
import { fakeModel } from './start-service.js'

process.once('disconnect', () => process.exit()) // also when the test's process is gone

const config = loadConfig({ ...process.env, NODE_ENV: 'test', GRPC_PORT: '0', TRANSLATION_PORT: '0' })
await runService(async () => {
  const service = await startTranslationService(config, { models: [fakeModel().model] })
  process.send?.(service.grpcPort)
  return service
})
