/** A small client of the Admin API for tests: JSON in, JSON out, anything but 2xx is an error with the answer in it. */
export function adminClient(base: string) {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${base}${path}`, {
      method,
      ...(body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text ? JSON.parse(text) : undefined) as T
  }
  return {
    get: <T = Record<string, unknown>>(path: string) => call<T>('GET', path),
    post: <T = { id: string }>(path: string, body: unknown) => call<T>('POST', path, body),
    put: <T = { id: string }>(path: string, body: unknown) => call<T>('PUT', path, body),
    patch: <T = { id: string }>(path: string, body: unknown) => call<T>('PATCH', path, body),
    delete: (path: string) => call<void>('DELETE', path),
  }
}
export type AdminClient = ReturnType<typeof adminClient>
