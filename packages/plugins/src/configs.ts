import type { PluginConfig } from '@holdfast/plugin-kit'
import { correlationIdConfig } from './correlation-id/config.ts'
import { corsConfig } from './cors/config.ts'
import { keyAuthConfig } from './key-auth/config.ts'
import { prometheusConfig } from './prometheus/config.ts'
import { rateLimitingConfig } from './rate-limiting/config.ts'
import { requestTerminationConfig } from './request-termination/config.ts'

/** The configuration of every plugin there is. Loads no behaviour. */
export const pluginConfigs: readonly PluginConfig[] = [
  correlationIdConfig,
  corsConfig,
  keyAuthConfig,
  prometheusConfig,
  rateLimitingConfig,
  requestTerminationConfig,
]
