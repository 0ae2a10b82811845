import type { EntityRules } from './entity-rules.ts'
import { schemaViolation } from './problem.ts'

export const targetRules: EntityRules = {
  order: 'newest',
  bodyFor(input, method) {
    // Kong reads the address before it checks the row, so an empty one is a wrong address, not a text that is too short.
    if (method === 'POST' && input['target'] === '') {
      throw schemaViolation({ target: 'Invalid target; not a valid hostname or ip address' })
    }
    return input
  },
}
