// The process of a BenchService: serves on free ports, tells them, and answers every message with its processor time.
import type { MessagingServiceHandlers } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/MessagingService'
import { loadConfig } from '../../../translation-service/src/config.js'
import { Handlers } from '../../../translation-service/src/grpc/handler.js'
import { listen } from '../../../translation-service/src/grpc/listen.js'
import { startTranslationService } from '../../../translation-service/src/service.js'
import { fakeModel } from '../../../translation-service/test/start-service.js'
import { ManyScripts } from './many-scripts.js'
import { serveMeasured } from './measured-process.js'

export interface Ports {
  service: number
  /** Of a server with the same border and an rpc behind it that does nothing. */
  bare: number
}

const config = loadConfig({ ...process.env, NODE_ENV: 'test', GRPC_PORT: '0', TRANSLATION_PORT: '0' })
const service = await startTranslationService(config, { models: [fakeModel(new ManyScripts()).model] })
const handlers = new Handlers(service.context)
const nothing = handlers.unary('GetMessage', async () => ({ message: {} }))
const bare = await listen(service.context, { GetMessage: nothing } as unknown as MessagingServiceHandlers)

serveMeasured({ service: service.grpcPort, bare: bare.port } satisfies Ports, async () => {
  await bare.close()
  await service.close()
})
