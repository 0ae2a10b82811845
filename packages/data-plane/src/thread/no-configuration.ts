import { errorReply } from '@holdfast/plugin-kit'
import type { Revision } from '@holdfast/sync'
import type { Chain, Runtime } from '../compile/runtime.ts'

const chain: Chain = {
  // 404 would say that the route does not exist; nobody knows that yet.
  rewrite: [() => errorReply(503, 'no configuration available')],
  access: [],
  response: [],
  headerFilter: [],
  bodyFilter: [],
  log: [],
}

/** Answers every request with 503: what a data plane serves until it has a configuration. */
export const runtimeWithoutConfiguration: Runtime = {
  revision: 0 as Revision,
  match: () => undefined,
  globalChain: chain,
  certificate: () => undefined,
}
