export * from './change.ts'
export * from './delta.ts'
export * from './digest.ts'
