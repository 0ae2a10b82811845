import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url))

/** `holdfast start` as program and arguments; the settings come by `KONG_*`. */
export const holdfastStart = { command: process.execPath, args: [main, 'start'] } as const
