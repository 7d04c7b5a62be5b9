import { join } from 'node:path'
import { type Config as GatewayConfig, loadConfig as loadGatewayConfig } from '../../fastify-service/src/config.js'
import {
  loadConfig as loadTranslationConfig,
  type Config as TranslationConfig,
} from '../../translation-service/src/config.js'
import { root } from './paths.js'
import type { Color } from './terminal.js'

export interface Configs {
  gateway: GatewayConfig
  translation: TranslationConfig
}

/** One of the two services as a process of this machine. */
export interface Service {
  name: string
  color: Color
  /** Where it is started. */
  folder: string
  /** Where it answers HTTP, without a slash at the end. */
  url: string
}

export type Environment = Record<string, string | undefined>

/** Reads both services' settings; throws ConfigError like the services themselves. */
export function loadConfigs(environment?: Environment): Configs {
  return { gateway: loadGatewayConfig(environment), translation: loadTranslationConfig(environment) }
}

/** Both services, in the order in which they are listed. */
export function servicesOf({ gateway, translation }: Configs): Service[] {
  return [
    {
      name: 'gateway',
      color: 'cyan',
      folder: join(root, 'fastify-service'),
      url: httpUrl(gateway.FASTIFY_HOST, gateway.FASTIFY_PORT),
    },
    {
      name: 'translation',
      color: 'magenta',
      folder: join(root, 'translation-service'),
      url: httpUrl(translation.TRANSLATION_HOST, translation.TRANSLATION_PORT),
    },
  ]
}

/** Where a client on this machine finds a server that listens on `host`. */
function httpUrl(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
