import type { Functions } from '@holdfast/schema'
export const targetFunctions: Functions = { validators: { target: () => undefined } }
