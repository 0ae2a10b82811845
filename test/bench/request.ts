/** The request that every candidate gets: about 300 bytes with seven headers, as a browser's or a library's. */
export const HOST = 'api.example.com'

/** The key that the candidate with key-auth asks for; the others pass it on. */
export const API_KEY = 'bench-8c2f71d04be94a6f'

export const headers: readonly (readonly [name: string, value: string])[] = [
  ['Host', HOST],
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) bench'],
  ['Accept', 'application/json, text/plain, */*'],
  ['Accept-Encoding', 'gzip, deflate'],
  ['Accept-Language', 'en-GB,en;q=0.9,de;q=0.7'],
  ['Referer', 'https://app.example.com/orders/2026/11'],
  ['apikey', API_KEY],
]

export const PATH = '/orders'

/** What the upstream answers, 128 bytes. */
export const ANSWER = JSON.stringify({
  id: 4711,
  state: 'shipped',
  customer: 'c-20391',
  total: '129.90',
  currency: 'EUR',
  items: 3,
  note: 'leave at the front door.',
})

export function requestBytes(path: string): string {
  return `GET ${path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
