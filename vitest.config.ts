import {defineConfig} from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    disableConsoleIntercept: true,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Real servers on two cores: more workers only make each other's timeouts.
    maxWorkers: 2,
  },
})
