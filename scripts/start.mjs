// npm start: install, build, then train the MNIST example on the embedded default and open its page's address.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildAll, install, root } from './prepare.mjs';

install();
buildAll();
const extra = process.argv.slice(2);
const { status, signal } = spawnSync(
  process.execPath,
  [
    join(root, 'dist', 'cli.js'),
    'run',
    join(root, 'examples', 'mnist-dkel.distill.yaml'),
    '--serve',
    ...extra,
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? (signal ? 3 : 1));
