// The real VS Code for the end-to-end tests: the editor built as a server, from npm, and the Node that it wants.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const folder = join(root, 'test', 'editor');
const modules = join(folder, 'node_modules');

const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
const stamp = join(modules, '.distillery-installed');
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) process.exit(0);
console.error('installing the editor for end-to-end tests …');
const server = join(modules, 'code-server', 'lib', 'vscode');
// The editor's own packages: its lock file misses an entry, which only `install` forgives.
npm(folder, 'ci');
npm(server, 'install', '--omit=dev');
// Not used here, and half of the size.
for (const name of ['@github/copilot-sdk', '@microsoft/mxc-sdk']) remove(join(server, 'node_modules'), name);
rmSync(join(server, 'extensions', 'copilot'), { recursive: true, force: true });
writeFileSync(stamp, lock);

function npm(cwd, ...args) {
  const { status, stderr, error } = spawnSync(
    'npm',
    [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
  );
  if (status === 0) return;
  const why = error?.message ?? stderr.trim().split('\n').slice(-3).join(' ');
  console.error(`The editor was not installed: npm ${args[0]} in ${cwd} failed: ${why}`);
  process.exit(1);
}

/** A package and its variants for single platforms. */
function remove(from, name) {
  const [scope, start] = name.split('/');
  const parent = join(from, scope);
  if (!existsSync(parent)) return;
  for (const each of readdirSync(parent))
    if (each.startsWith(start)) rmSync(join(parent, each), { recursive: true, force: true });
}
