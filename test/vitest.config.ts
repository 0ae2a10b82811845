import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', '.ci/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Black-box suites start PostgreSQL and several gateways each; two at a time is what two cores carry.
    maxWorkers: 2,
    pool: 'forks',
  },
})
