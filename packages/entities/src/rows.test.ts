import { expectTypeOf, test } from 'vitest'
import type { KeyauthCredential, PluginRow, Route, Row, Service, Target, UpstreamRow } from './index.ts'
import type { Entity } from './index.ts'

test('rows are inferred from the fields', () => {
  expectTypeOf<Service['protocol']>().toEqualTypeOf<
    'grpc' | 'grpcs' | 'http' | 'https' | 'tcp' | 'tls' | 'tls_passthrough' | 'udp'
  >()
  expectTypeOf<Service['id']>().toEqualTypeOf<string>()
  expectTypeOf<Service['name']>().toEqualTypeOf<string | null>()
  expectTypeOf<Service['retries']>().toEqualTypeOf<number>()
  expectTypeOf<Service['enabled']>().toEqualTypeOf<boolean>()
  expectTypeOf<Service['tls_verify']>().toEqualTypeOf<boolean | null>()
  expectTypeOf<Service['tls_verify_depth']>().toEqualTypeOf<number | null>()
  expectTypeOf<Service['client_certificate']>().toEqualTypeOf<{ readonly id: string } | null>()
  expectTypeOf<Service['ca_certificates']>().toEqualTypeOf<readonly string[] | null>()
  expectTypeOf<Route['headers']>().toEqualTypeOf<{ readonly [name: string]: readonly string[] } | null>()
  expectTypeOf<Route['sources']>().toEqualTypeOf<
    readonly { readonly ip: string | null; readonly port: number | null }[] | null
  >()
  expectTypeOf<Route['https_redirect_status_code']>().toEqualTypeOf<426 | 301 | 302 | 307 | 308>()
  expectTypeOf<Target['upstream']>().toEqualTypeOf<{ readonly id: string }>()
  expectTypeOf<UpstreamRow['healthchecks']['active']['healthy']['http_statuses']>().toEqualTypeOf<readonly number[]>()
  expectTypeOf<UpstreamRow['healthchecks']['active']['https_sni']>().toEqualTypeOf<string | null>()
  expectTypeOf<KeyauthCredential['key']>().toEqualTypeOf<string>()
  expectTypeOf<PluginRow['config']>().toEqualTypeOf<{ readonly [field: string]: unknown }>()
  expectTypeOf<Row<Entity>>().toExtend<{ readonly id: string; readonly [field: string]: unknown }>()
})
