// What the demo gateway serves at first; loaded once, through the Admin API, and yours to change afterwards.

export const DEMO_KEY = 'alice-demo-key'

interface AdminRequest {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** PUT by name or fixed id: loading what an interrupted first start began is no conflict. */
function requests(upstreamPort: number): readonly AdminRequest[] {
  return [
    { path: '/services/demo', body: { url: `http://127.0.0.1:${upstreamPort}` } },
    { path: '/services/demo/routes/open', body: { paths: ['/open'] } },
    { path: '/services/demo/routes/private', body: { paths: ['/private'] } },
    { path: '/routes/private/plugins/6f0c1f5e-0f63-4a5b-9d43-0c8d6e1b7a01', body: { name: 'key-auth' } },
    {
      path: '/routes/private/plugins/6f0c1f5e-0f63-4a5b-9d43-0c8d6e1b7a02',
      body: { name: 'rate-limiting', config: { minute: 10, policy: 'local' } },
    },
    { path: '/consumers/alice', body: { custom_id: 'demo' } },
    { path: '/consumers/alice/key-auth/6f0c1f5e-0f63-4a5b-9d43-0c8d6e1b7a03', body: { key: DEMO_KEY } },
  ]
}

export async function loadDemoConfiguration(admin: string, upstreamPort: number): Promise<void> {
  for (const { path, body } of requests(upstreamPort)) {
    const response = await fetch(admin + path, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    if (!response.ok) throw new Error(`PUT ${path} was answered with ${response.status}: ${await response.text()}`)
  }
}
