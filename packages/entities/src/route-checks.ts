import type { Functions } from '@holdfast/schema'

export const routeFunctions: Functions = {
  checks: {
    path_handling: () => undefined,
    routable: () => undefined,
  },
}
