/** A continuous load whose every answer is checked; what went wrong is kept with its time. */
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export interface LoadOptions {
  /** Base URLs; each worker goes round them. */
  readonly targets: readonly string[]
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly workers?: number
  /** Pause of a worker between two requests, milliseconds. */
  readonly pauseMs?: number
  /** What is wrong with an answer, or undefined. The path is made unique per request by `?n=`. */
  check(answer: { status: number; body: string }, n: number): string | undefined
}

export interface LoadResult {
  readonly answered: number
  readonly failures: readonly { readonly at: number; readonly target: string; readonly what: string }[]
  /** Longest time without any good answer, milliseconds. */
  readonly longestGapMs: number
  readonly p99Ms: number
}

export function startLoad(options: LoadOptions): { stop(): Promise<LoadResult>; soFar(): number; failed(): number } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1_000 })
  const failures: { at: number; target: string; what: string }[] = []
  const times: number[] = []
  let running = true
  let answered = 0
  let n = 0
  let lastGood = performance.now()
  let longestGapMs = 0

  async function worker(index: number): Promise<void> {
    for (let round = index; running; round++) {
      const target = options.targets[round % options.targets.length]!
      const number = n++
      const begun = performance.now()
      try {
        const answer = await get(agent, `${target}${options.path}?n=${number}`, options.headers)
        const wrong = options.check(answer, number)
        if (wrong) failures.push({ at: Date.now(), target, what: wrong })
        else {
          answered++
          const now = performance.now()
          longestGapMs = Math.max(longestGapMs, now - lastGood)
          lastGood = now
          times.push(now - begun)
        }
      } catch (error) {
        failures.push({ at: Date.now(), target, what: (error as NodeJS.ErrnoException).code ?? String(error) })
        await delay(20)
      }
      await delay(options.pauseMs ?? 5)
    }
  }

  const workers = Array.from({ length: options.workers ?? 8 }, (_, index) => worker(index))
  return {
    soFar: () => answered,
    failed: () => failures.length,
    async stop() {
      running = false
      await Promise.all(workers)
      agent.destroy()
      times.sort((a, b) => a - b)
      return { answered, failures, longestGapMs, p99Ms: times[Math.floor(times.length * 0.99)] ?? 0 }
    },
  }
}

export function get(
  agent: Agent | undefined,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...(agent && { agent }), headers, timeout: 20_000 }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('error', reject)
      response.on('end', () => {
        if (!response.complete) reject(new Error('the answer was cut'))
        else resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 20 s')))
    outgoing.on('error', reject)
    outgoing.end()
  })
}
