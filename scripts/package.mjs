// npm run package: a VSIX with everything that training the example needs, offline, and what it weighs.
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildAll, install, must, root } from './prepare.mjs';

install();
// Tests have built already, and others use what they built.
if (!process.argv.includes('--built')) buildAll();
const { version } = (await import('../package.json', { with: { type: 'json' } })).default;
const vsix = join(root, 'dist', `distillery-${version}.vsix`);
must(process.execPath, [
  join(root, 'node_modules', '@vscode', 'vsce', 'vsce'),
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  '--out',
  vsix,
]);

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
const sizeOf = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
    : path.endsWith('.map')
      ? 0
      : statSync(path).size;
console.log(`${relative(root, vsix)}  ${megabytes(statSync(vsix).size)}`);
for (const part of [
  'extension.cjs',
  'sidecar/webview',
  'sidecar/assets/mnist',
  'sidecar/assets/wasm',
  'sidecar/assets/images',
  'sidecar',
])
  console.log(`  ${part.padEnd(22)} ${megabytes(sizeOf(join(root, 'dist', part)))}`);
