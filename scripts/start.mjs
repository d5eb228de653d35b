// npm start: install, build, then train the MNIST example on the embedded default and print its page's address.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildAll, install, root } from './prepare.mjs';

install();
buildAll();
const example = join(root, 'examples', 'mnist-dkel.distill.yaml');
const args = [join(root, 'dist', 'sidecar', 'cli.js'), 'run', example, '--serve', ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
// Ctrl-C reaches the child too, which makes a checkpoint first: wait for it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 3 : 1)));
