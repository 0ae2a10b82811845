import { randomUUID } from 'node:crypto'
import { definePlugin, type Exchange, type Host } from '@holdfast/plugin-kit'
import { correlationIdConfig } from './config.ts'

export const correlationId = definePlugin(correlationIdConfig, (config, host) => {
  const { header_name: header } = config
  const lower = header.toLowerCase()
  const newId = generators[config.generator](host)
  /** Read by plugins that log. */
  const given = host.slot<string>('correlation_id')

  return {
    access(exchange) {
      let id = exchange.request.header(lower)
      if (id === undefined || id === '') {
        id = newId(exchange)
        exchange.upstream.setHeader(header, id)
      }
      exchange.write(given, id)
      return undefined
    },
    ...(config.echo_downstream && {
      headerFilter(exchange: Exchange): undefined {
        // A plugin may have answered before this one's turn to look at the request came.
        const id = exchange.read(given) ?? (exchange.request.header(lower) || newId(exchange))
        exchange.response.setHeader(header, id)
        return undefined
      },
    }),
  }
})

const generators: Readonly<
  Record<'uuid' | 'uuid#counter' | 'tracker', (host: Host) => (exchange: Exchange) => string>
> = {
  uuid: () => () => randomUUID(),
  'uuid#counter': () => {
    const prefix = `${randomUUID()}#`
    let count = 0
    return () => prefix + ++count
  },
  tracker: (host) => (exchange) => {
    const { localIp, connection, connectionRequest } = exchange.client
    const seconds = (host.now() / 1000).toFixed(3)
    return `${localIp}-${exchange.request.port}-${process.pid}-${connection}-${connectionRequest}-${seconds}`
  },
}
