import type { Functions } from '@holdfast/schema'

/**
 * Kong runs these through its router to see whether a route compiles. What can go wrong there (regular expressions of paths) is
 * already refused by the fields, so the first only has to keep its place in `/schemas`; `v1` path handling is merely discouraged.
 */
export const routeFunctions: Functions = {
  checks: {
    path_handling: () => undefined,
    routable: () => undefined,
  },
}
