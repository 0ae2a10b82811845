export * from './read.ts'
export * from './text.ts'
export * from './write.ts'
export { uuidV5 } from './uuid-v5.ts'
