// npm run bench [-- names] [-- options of a benchmark]: every file test/bench/<name>.bench.ts, or the named ones.
// Speeds are compared side by side in one run; a missed goal ends with code 1.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll, install, must, root } from './prepare.mjs';

install();
buildAll();
const folder = join(root, 'test', 'bench');
const all = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.replace('.bench.ts', ''));
const named = process.argv.slice(2).filter((argument) => all.includes(argument));
const options = process.argv.slice(2).filter((argument) => !all.includes(argument));
const chosen = named.length > 0 ? named : all;

if (chosen.includes('editor')) {
  must(process.execPath, [join(root, 'scripts', 'editor.mjs')]);
  must(process.execPath, [join(root, 'scripts', 'package.mjs'), '--built']);
}
// Loaded only now: on a fresh clone it was not there before.
const { build } = await import('esbuild');
await build({
  absWorkingDir: root,
  entryPoints: chosen.map((name) => join(folder, `${name}.bench.ts`)),
  outdir: join(root, 'dist', 'bench'),
  outbase: folder,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
let missed = 0;
for (const name of chosen) {
  console.log(`\n# ${name}`);
  const program = join(root, 'dist', 'bench', `${name}.bench.js`);
  const { status } = spawnSync(process.execPath, ['--expose-gc', program, ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) missed++;
}
process.exit(missed > 0 ? 1 : 0);
