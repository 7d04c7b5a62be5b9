// The process of a gateway that is measured. It tells its memory when it is asked to collect its garbage.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { waitFor } from '@meeshy/shared/testing/wait-for'
import { loadConfig } from '../../../fastify-service/src/config.js'
import { startGateway } from '../../../fastify-service/src/gateway.js'
import { serveMeasured } from './measured-process.js'

const gateway = await startGateway(loadConfig(process.env))
await waitFor(() => gateway.context.messaging.ready(), { what: 'the link to the translation service' })
serveMeasured(
  { port: Number(new URL(gateway.url).port) },
  () => gateway.close(),
  async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    return process.memoryUsage()
  },
)
