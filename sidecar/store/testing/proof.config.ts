/** For `vitest run --config`: proofs against other people's programs, which not every machine has. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['sidecar/store/**/*.proof.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks',
  },
});
