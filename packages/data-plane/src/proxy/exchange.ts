import type { Client, Credential, Exchange, Slot } from '@holdfast/plugin-kit'
import type { Consumer, Route, Service } from '@holdfast/entities'
import type { Chain, RouteMatch, Runtime } from '../compile/runtime.ts'
import { forwardedAddress } from './client-address.ts'
import type { ProxyRequest } from './client-request.ts'
import type { Downstream } from './downstream.ts'
import type { Gateway } from './gateway.ts'
import { newRequestId } from './request-id.ts'
import { noResponseYet, type ProxyResponse } from './response-head.ts'
import { ExchangeTiming } from './timing.ts'
import { UpstreamHead } from './upstream-head.ts'
import type { Collected } from './collect-answer.ts'
import type { UpstreamCall } from './upstream-call.ts'

/** One request and its answer, from the parsed head to the log phase. Knows no transport but through `downstream`. */
export class ProxyExchange implements Exchange {
  readonly id: string = newRequestId()
  readonly gateway: Gateway
  /** The configuration this request began with. */
  readonly runtime: Runtime
  readonly downstream: Downstream
  readonly request: ProxyRequest
  readonly timing: ExchangeTiming
  consumer: Consumer | null = null
  credential: Credential | null = null
  match: RouteMatch | undefined
  chain: Chain
  /** While a service is being asked, and until its answer is complete. */
  call: UpstreamCall | undefined
  /** The service's answer as far as it has come, while a plugin waits for all of it. */
  collected: Collected | undefined
  /** The head of the answer has been sent. */
  answered = false
  /** The last byte of the answer has been handed over. */
  complete = false
  finished = false
  #upstream: UpstreamHead | undefined
  #response: ProxyResponse | undefined
  #slots: unknown[] | undefined
  #client: Client | undefined

  constructor(gateway: Gateway, downstream: Downstream, request: ProxyRequest, headBytes: number) {
    this.gateway = gateway
    this.runtime = gateway.runtime()
    this.downstream = downstream
    this.request = request
    this.timing = new ExchangeTiming(headBytes)
    this.chain = this.runtime.globalChain
  }

  get route(): Route | null {
    return this.match?.route.row ?? null
  }

  get service(): Service | null {
    return this.match?.route.service?.row ?? null
  }

  get captures(): Readonly<Record<string, string>> | undefined {
    return this.match?.captures
  }

  get upstream(): UpstreamHead {
    const { match } = this
    return (this.#upstream ??= new UpstreamHead(
      this.request,
      match?.upstreamPath ?? this.request.path,
      match?.route.row.preserve_host === true,
    ))
  }

  get response(): ProxyResponse {
    return (this.#response ??= noResponseYet())
  }

  set response(response: ProxyResponse) {
    this.#response = response
  }

  get client(): Client {
    return (this.#client ??= new ExchangeClient(this))
  }

  authenticate(consumer: Consumer | null, credential: Credential | null): void {
    this.consumer = consumer
    this.credential = credential
  }

  read<T>(slot: Slot<T>): T | undefined {
    return this.#slots?.[slot.index] as T | undefined
  }

  write<T>(slot: Slot<T>, value: T): void {
    ;(this.#slots ??= [])[slot.index] = value
  }
}

class ExchangeClient implements Client {
  readonly ip: string
  readonly port: number
  readonly localIp: string
  readonly connection: number
  readonly connectionRequest: number
  readonly forwardedIp: string

  constructor({ downstream, request, gateway }: ProxyExchange) {
    this.ip = downstream.ip
    this.port = downstream.port
    this.localIp = downstream.localIp
    this.connection = downstream.number
    this.connectionRequest = downstream.requests
    this.forwardedIp = forwardedAddress(downstream.ip, downstream.proxiedIp, request.lines, gateway.realIp)
  }
}
