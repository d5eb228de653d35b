import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 120_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: [
            'sidecar/**/*.test.ts',
            'extension/**/*.test.ts',
            'webview/**/*.test.{ts,tsx}',
            'test/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', 'test/e2e/editor/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          // One at a time, after the others: an editor with its browser wants the machine for itself.
          name: 'editor',
          include: ['test/e2e/editor/**/*.test.ts'],
          globalSetup: ['test/support/editorSetup.ts'],
          testTimeout: 240_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
