import { consumers, keyauthCredentials } from '@holdfast/entities'
import { definePlugin, errorReply, type Exchange, type Verdict } from '@holdfast/plugin-kit'
import { anonymousConsumer } from '../parts/anonymous-consumer.ts'
import { identify } from '../parts/consumer-headers.ts'
import { isExpired } from '../parts/expiry.ts'
import { fromWire, toWire } from '../parts/wire-text.ts'
import { keyAuthConfig } from './config.ts'
import { ABSENT, type Found } from './found.ts'
import { searchableBody, type SearchableBody } from './request-body.ts'
import { headSearch } from './request-head.ts'

export const keyAuth = definePlugin(keyAuthConfig, (config, host) => {
  const challenge = { 'WWW-Authenticate': config.realm === null ? 'Key' : `Key realm="${toWire(config.realm)}"` }
  const missing = errorReply(401, 'No API key found in request', challenge)
  const several = errorReply(401, 'Duplicate API key found', challenge)
  const unknown = errorReply(401, 'Unauthorized', challenge)
  const broken = errorReply(500, 'An unexpected error occurred')

  const credentials = host.rows(keyauthCredentials)
  const people = host.rows(consumers)
  const heads = config.key_names.map((name) => headSearch(name, config))

  /** Searches head and body under one name after the other; waits only if it comes to the body. */
  function authenticate(exchange: Exchange): Verdict | Promise<Verdict> {
    for (let i = 0; i < heads.length; i++) {
      const found = heads[i]!.find(exchange.request)
      if (found.kind !== 'absent') {
        if (found.kind === 'no_key') continue
        return judge(exchange, i, found)
      }
      if (config.key_in_body) return authenticateWithBody(exchange, i)
    }
    return missing
  }

  /** Goes on at the name whose number is `from`, which the head does not have. */
  async function authenticateWithBody(exchange: Exchange, from: number): Promise<Verdict> {
    const body = await searchableBody(exchange)
    for (let i = from; i < heads.length; i++) {
      let found = i === from ? ABSENT : heads[i]!.find(exchange.request)
      if (found.kind === 'absent') found = body?.find(heads[i]!.name) ?? ABSENT
      if (found.kind === 'key' || found.kind === 'several') return judge(exchange, i, found, body)
    }
    return missing
  }

  function judge(exchange: Exchange, name: number, found: Found, body?: SearchableBody): Verdict | Promise<Verdict> {
    if (found.kind !== 'key') return several
    if (config.hide_credentials) {
      heads[name]!.hide(exchange.upstream)
      if (config.key_in_body)
        return hideInBody(exchange, heads[name]!.name, body).then(() => admit(exchange, found.key))
    }
    return admit(exchange, found.key)
  }

  function admit(exchange: Exchange, key: string): Verdict {
    if (key === '') return missing
    const credential = credentials.by('key', fromWire(key))
    if (credential === undefined || isExpired(credential, host.now())) return unknown
    const consumer = people.byId(credential.consumer.id)
    return consumer === undefined ? unknown : identify(exchange, consumer, credential)
  }

  if (config.anonymous === null) {
    return { access: (exchange) => (excused(exchange) ? undefined : authenticate(exchange)) }
  }

  const anonymous = anonymousConsumer(host, config.anonymous)
  const standIn = (exchange: Exchange, verdict: Verdict): Verdict => {
    if (verdict === undefined) return undefined
    const consumer = anonymous()
    if (consumer) return identify(exchange, consumer, null)
    host.log.error({ anonymous: config.anonymous }, 'the anonymous consumer does not exist')
    return broken
  }
  return {
    access(exchange) {
      // Several authentication plugins with `anonymous` are alternatives: one that succeeded before is enough.
      if (excused(exchange) || exchange.credential !== null) return undefined
      const verdict = authenticate(exchange)
      return verdict instanceof Promise ? verdict.then((late) => standIn(exchange, late)) : standIn(exchange, verdict)
    },
  }

  function excused({ request }: Exchange): boolean {
    return !config.run_on_preflight && request.method === 'OPTIONS'
  }
})

async function hideInBody(exchange: Exchange, name: string, known: SearchableBody | undefined): Promise<void> {
  const body = known ?? (await searchableBody(exchange))
  if (body) exchange.upstream.setBody(body.without(name))
}
