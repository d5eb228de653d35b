import { defineConfig } from 'vitest/config';

/** Longer proofs, some against other people's programs, which not every machine has: `npm run proof:<name>`. */
export default defineConfig({
  test: {
    include: ['test/proofs/*.proof.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
