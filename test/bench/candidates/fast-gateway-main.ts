// fast-gateway as its README shows it.
import gateway from 'fast-gateway'

const [port, upstreamPort] = process.argv.slice(2).map(Number)
const server = gateway({
  routes: [{ prefix: '', target: `http://127.0.0.1:${upstreamPort}` }],
})
await server.start(port, '127.0.0.1')
