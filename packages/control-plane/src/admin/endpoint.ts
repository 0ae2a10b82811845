/** What an Admin API endpoint is, apart from how HTTP reaches it. */
import type { OutgoingHttpHeaders } from 'node:http'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Endpoint {
  /** Kong's form: `/services/:services/routes`. */
  readonly path: string
  readonly methods: { readonly [M in Method]?: Handler }
  /** Runs first, for OPTIONS too; an answer ends the request. */
  readonly before?: Handler<Answer | undefined> | undefined
}

export type Handler<A = Answer> = (request: AdminRequest) => A | Promise<A>

export interface AdminRequest {
  readonly method: string
  /** Decoded parts of the path, by the name after the colon. */
  readonly params: Readonly<Record<string, string>>
  readonly query: QueryArguments
  /** The body as a record; empty where there was none. */
  readonly body: Readonly<Record<string, unknown>>
  /** Whether the body was a form: then all its values are texts. */
  readonly isForm: boolean
}

/** Arguments after the question mark; `true` stands for one without `=`. */
export type QueryArguments = Readonly<Record<string, string | true | readonly (string | true)[]>>

export interface Answer {
  readonly status: number
  /** Sent as JSON. */
  readonly body?: unknown
  readonly headers?: OutgoingHttpHeaders
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const noContent: Answer = { status: 204 }
export const notFound: Answer = { status: 404, body: { message: 'Not found' } }
export const methodNotAllowed: Answer = { status: 405, body: { message: 'Method not allowed' } }
export const badRequest = (message: string): Answer => ({ status: 400, body: { message } })

/** The first value of an argument, as text. */
export function firstArgument(query: QueryArguments, name: string): string | undefined {
  const value = query[name]
  const first = typeof value === 'object' ? value[0] : value
  return first === true ? '' : first
}
