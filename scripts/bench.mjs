// npm run bench: a ResNet-8 training step through stock TensorFlow.js and through ours, side by side in one run.
import { join } from 'node:path';
import { install, must, root } from './prepare.mjs';

install();
// Loaded only now: on a fresh clone it was not there before.
const { build } = await import('esbuild');
const outfile = join(root, 'dist', 'bench', 'trainingStep.js');
await build({
  absWorkingDir: root,
  entryPoints: ['test/bench/trainingStep.bench.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
must(process.execPath, ['--expose-gc', outfile, ...process.argv.slice(2)]);
