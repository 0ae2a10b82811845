import type { AdminClient } from '../../support/admin.ts'
import { fillerName } from './populate.ts'

export interface SteadyChanges {
  /** Ends when the changes under way are answered; throws when one failed. */
  stop(): Promise<{ readonly perSecond: number }>
}

/** Changes `rate` routes a second, whatever the Admin API's answers take: each time another one gets another path. */
export function startSteadyChanges(admin: AdminClient, rate: number, routes: number): SteadyChanges {
  const startedAt = performance.now()
  const pending = new Set<Promise<void>>()
  let started = 0
  let done = 0
  let failure: unknown

  const timer = setInterval(() => {
    for (; startedAt + (started / rate) * 1000 <= performance.now(); started++) change(started)
  }, 5)

  function change(n: number): void {
    const name = fillerName(n % routes)
    const changing = admin
      .patch(`/routes/${name}`, { paths: [`/${name}/${Math.floor(n / routes)}-${n % 2 ? 'a' : 'b'}`] })
      .then(() => void (done += 1))
      .catch((error: unknown) => void (failure ??= error))
      .finally(() => void pending.delete(changing))
    pending.add(changing)
  }

  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(pending)
      if (failure !== undefined) throw failure
      return { perSecond: (done / (performance.now() - startedAt)) * 1000 }
    },
  }
}
