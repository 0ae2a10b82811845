import type { Plugin } from '@holdfast/plugin-kit'
import { correlationId } from './correlation-id/plugin.ts'
import { cors } from './cors/plugin.ts'
import { keyAuth } from './key-auth/plugin.ts'
import { prometheus } from './prometheus/plugin.ts'
import { rateLimiting } from './rate-limiting/plugin.ts'
import { requestTermination } from './request-termination/plugin.ts'

/** Every plugin there is, with its behaviour. */
export const plugins: readonly Plugin[] = [correlationId, cors, keyAuth, prometheus, rateLimiting, requestTermination]
