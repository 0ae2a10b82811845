// @fastify/http-proxy as its README shows it, without logging, and with as many upstream connections as there are clients.
import proxy from '@fastify/http-proxy'
import fastify from 'fastify'

const [port, upstreamPort] = process.argv.slice(2).map(Number)
const server = fastify()
await server.register(proxy, { upstream: `http://127.0.0.1:${upstreamPort}`, undici: { connections: 64 } })
await server.listen({ port: port!, host: '127.0.0.1' })
