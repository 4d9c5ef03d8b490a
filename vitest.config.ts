import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const shared = {
  globalSetup: ['test/helpers/global-setup.ts'],
  env: { NO_COLOR: '1', FORCE_COLOR: '' },
  // What is awaited comes when it comes; the runner's own second is too short on a busy machine.
  expect: { poll: { timeout: 30_000 } },
  // One more than there are cores: most tests wait for processes of their own, some of which wait for a disk or a clock.
  // The same for all projects, which run as one then: the many small files of `unit` come last and fill the gaps.
  maxWorkers: availableParallelism() + 1,
};
const mocked = 'test/unit/**/*.mocked.test.ts';

/**
 * unit: pure parts, from source. cli and e2e: the built binary (`npm run build` first), a real Qdrant, the real model.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          exclude: [mocked],
          testTimeout: 30_000,
          // Modules are loaded once for all files of a worker, which takes half the time; a file that replaces modules may not
          // share them.
          isolate: false,
        },
      },
      { test: { ...shared, name: 'unit-mocked', include: [mocked], testTimeout: 30_000 } },
      { test: { ...shared, name: 'cli', include: ['test/cli/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          ...shared,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
