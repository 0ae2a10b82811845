import type { AdminClient } from '../../support/admin.ts'
import { fillerName } from './filler-name.ts'

const AT_ONCE = 8

/** Adds routes of the service `orders` until there are `total` of them besides those that are measured, `have` being there already. */
export async function populate(admin: AdminClient, have: number, total: number): Promise<void> {
  let next = have
  async function work(): Promise<void> {
    while (next < total) {
      const n = next++
      await admin.post('/services/orders/routes', { name: fillerName(n), paths: [`/${fillerName(n)}`] })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}
