import type { MatchInput } from '../../compile/runtime.ts'

/** A request as the router sees it, from what a test cares about. `Host` may carry a port; header names are in lower case. */
export function request(line: string, headers: Readonly<Record<string, string | readonly string[]>> = {}): MatchInput {
  const found = /^(?:([A-Z]+) )?(?:(https?):\/\/([^/:?]*)(?::(\d+))?)?(\/[^]*)$/.exec(line)
  if (!found) throw new Error(`not a request: ${line}`)
  const [, method = 'GET', scheme = 'http', host = '', port, path = '/'] = found
  return {
    method,
    scheme: scheme === 'https' ? 'https' : 'http',
    host: host.toLowerCase(),
    port: port ? Number(port) : scheme === 'https' ? 8443 : 8000,
    path,
    sni: scheme === 'https' ? host.toLowerCase() : '',
    headerValues: (name) => [headers[name] ?? []].flat(),
  }
}
