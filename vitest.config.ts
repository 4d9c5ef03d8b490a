import { defineConfig } from 'vitest/config';

const shared = { globalSetup: ['test/helpers/global-setup.ts'], env: { NO_COLOR: '1', FORCE_COLOR: '' } };

/**
 * unit: pure parts, from source. cli and e2e: the built binary (`npm run build` first), a real Qdrant, the real model.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { ...shared, name: 'cli', include: ['test/cli/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          ...shared,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // Each file has servers and folders of its own; more at once would only wait for the same cores.
          maxWorkers: 2,
          // After the others: projects with another number of workers cannot run beside them.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
