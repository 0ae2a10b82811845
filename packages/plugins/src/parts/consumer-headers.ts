import type { Consumer } from '@holdfast/entities'
import type { Credential, Exchange } from '@holdfast/plugin-kit'
import { toWire } from './wire-text.ts'

/**
 * Records who the client is and tells the service in headers. Those that do not apply are taken away, so that no client can
 * set them itself. Without a credential the consumer is one that stands in: `X-Anonymous-Consumer`.
 */
export function identify(exchange: Exchange, consumer: Consumer, credential: Credential | null): undefined {
  exchange.authenticate(consumer, credential)
  const { upstream } = exchange
  upstream.setHeader('X-Consumer-ID', consumer.id)
  if (consumer.custom_id === null) upstream.removeHeader('X-Consumer-Custom-ID')
  else upstream.setHeader('X-Consumer-Custom-ID', toWire(consumer.custom_id))
  if (consumer.username === null) upstream.removeHeader('X-Consumer-Username')
  else upstream.setHeader('X-Consumer-Username', toWire(consumer.username))
  if (credential === null || credential.id === null) upstream.removeHeader('X-Credential-Identifier')
  else upstream.setHeader('X-Credential-Identifier', credential.id)
  if (credential === null) upstream.setHeader('X-Anonymous-Consumer', 'true')
  else upstream.removeHeader('X-Anonymous-Consumer')
}
