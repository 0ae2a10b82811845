import type { Functions } from '@holdfast/schema'
export const certificateFunctions: Functions = {}
