/** The HTTP side that all endpoints share: methods, CORS, bodies, Kong's headers, and answers to what goes wrong. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import { StoreRefusal } from '../store/refusal.ts'
import { type Body, parseBody } from './arguments/body.ts'
import { parsePairs } from './arguments/url-encoded.ts'
import {
  type AdminRequest,
  type Answer,
  type Endpoint,
  type Method,
  type QueryArguments,
  badRequest,
  methodNotAllowed,
  notFound,
} from './endpoint.ts'
import { AdminRefusal, problemAnswer } from './problem.ts'

export interface ShellOptions {
  readonly endpoints: readonly Endpoint[]
  /** Value of the `Server` header. */
  readonly server: string
  /** In bytes. */
  readonly maxBodySize: number
  readonly log: Logger
}

const WITH_BODY = new Set<string>(['POST', 'PUT', 'PATCH'])
const startTimes = new WeakMap<FastifyRequest, number>()

/** The Admin API as a Fastify instance that listens nowhere yet. */
export function createShell(options: ShellOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.maxBodySize,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 8192 },
    // A path that cannot be decoded leads nowhere.
    frameworkErrors: (_, request, reply) => {
      addCommonHeaders(request, reply, options)
      return send(request, reply, notFound)
    },
  }) as unknown as FastifyInstance
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  app.addHook('onRequest', async (request, reply) => {
    startTimes.set(request, performance.now())
    addCommonHeaders(request, reply, options)
  })
  app.setNotFoundHandler((request, reply) => send(request, reply, notFound))
  app.setErrorHandler((error, request, reply) => send(request, reply, answerTo(error, request, options.log)))
  for (const endpoint of options.endpoints) {
    app.all(endpoint.path, async (request, reply) => send(request, reply, await dispatch(endpoint, request)))
  }
  return app
}

async function dispatch(endpoint: Endpoint, request: FastifyRequest): Promise<Answer> {
  const query = parseQuery(request.raw.url ?? '')
  if (!query) return badRequest('Too many arguments')
  const body: Body = WITH_BODY.has(request.method)
    ? parseBody(request.headers['content-type'], request.body as Buffer | undefined)
    : { kind: 'none' }
  if (body.kind === 'unsupported') return { status: 415, body: { message: 'Unsupported media type' } }
  const admin: AdminRequest = {
    method: request.method,
    params: request.params as Record<string, string>,
    query,
    body: 'record' in body ? body.record : {},
    isForm: body.kind === 'form',
  }
  const early = await endpoint.before?.(admin)
  if (early) return early
  if (request.method === 'OPTIONS') return optionsAnswer(endpoint, request)
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const handler = endpoint.methods[method as Method]
  if (!handler) return methodNotAllowed
  if (body.kind === 'too_many') return badRequest('Too many arguments')
  if (body.kind === 'malformed') return badRequest('Cannot parse JSON body')
  return handler(admin)
}

function parseQuery(url: string): QueryArguments | undefined {
  const mark = url.indexOf('?')
  const pairs = mark < 0 ? [] : parsePairs(url.slice(mark + 1))
  if (!pairs) return undefined
  const query = Object.create(null) as Record<string, string | true | (string | true)[]>
  for (const [name, value] of pairs) {
    const before = query[name]
    query[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  return query
}

function optionsAnswer(endpoint: Endpoint, request: FastifyRequest): Answer {
  const names = Object.keys(endpoint.methods)
  if (endpoint.methods.GET) names.push('HEAD')
  const methods = [...names, 'OPTIONS'].toSorted().join(', ')
  return {
    status: 204,
    headers: {
      Allow: methods,
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': request.headers['access-control-request-headers'] ?? 'Content-Type',
    },
  }
}

function addCommonHeaders(request: FastifyRequest, reply: FastifyReply, options: ShellOptions): void {
  reply.header('Server', options.server)
  reply.header('Access-Control-Allow-Origin', request.headers.origin ?? '*')
  reply.header('Access-Control-Allow-Credentials', 'true')
}

function send(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  const started = startTimes.get(request) ?? performance.now()
  reply.code(answer.status).header('X-Kong-Admin-Latency', Math.round(performance.now() - started))
  if (answer.headers) reply.headers(answer.headers)
  if (answer.body === undefined) return reply.send()
  if (!reply.hasHeader('content-type')) reply.header('Content-Type', 'application/json; charset=utf-8')
  return reply.send(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
}

function answerTo(error: unknown, request: FastifyRequest, log: Logger): Answer {
  if (error instanceof AdminRefusal || error instanceof StoreRefusal) return problemAnswer(error.problem)
  const code = (error as { code?: unknown }).code
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { status: 413, body: { message: 'Payload too large' } }
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') return badRequest('Request body size did not match Content-Length')
  log.error(
    { err: withoutValues(error), method: request.method, path: request.url.split('?', 1)[0] },
    'the Admin API failed',
  )
  return { status: 500, body: { message: 'An unexpected error occurred' } }
}

/** PostgreSQL's errors may quote whole rows in their details, and with them keys and certificates. */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error) || !('detail' in error)) return error
  const { name, message, stack, code } = error as Error & { code?: unknown }
  return { type: name, message, stack, code }
}
