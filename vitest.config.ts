import { defineConfig } from 'vitest/config'

/** The product in a browser: mostly waiting, so two at once. */
const journeys = ['tests/journeys/**/*.test.ts']
/** The product as a process, started and killed: these want the machine for themselves. */
const whole = ['tests/start/**/*.test.ts', 'tests/faults/**/*.test.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Until it holds, however slow the machine: no assertion here is about time.
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: [
            'src/**/*.test.ts',
            'simulator/**/*.test.ts',
            'tests/**/*.test.ts',
            'web/src/**/*.test.ts',
            'bench/**/*.test.ts',
            'scripts/**/*.test.mjs',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', ...journeys, ...whole],
          // Many wait for processes that they started.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'journeys', include: journeys, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: whole,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
