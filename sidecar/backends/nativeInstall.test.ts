import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { isAlive } from '../daemon/testing/workbench.ts';
import { installNative, type InstallRequest } from './nativeInstall.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const LINUX = { platform: 'linux', arch: 'x64' } as const;
/** What npm would leave of a package whose install script worked. */
const PACKAGE = `
  import { mkdirSync, writeFileSync } from 'node:fs';
  const place = 'node_modules/@tensorflow/tfjs-node';
  for (const part of ['deps/lib', 'lib/napi-v8']) mkdirSync(place + '/' + part, { recursive: true });
  writeFileSync(place + '/package.json', '{ "name": "@tensorflow/tfjs-node", "main": "index.js" }');
  writeFileSync(place + '/index.js', '');`;
const BINDING = `writeFileSync(place + '/lib/napi-v8/tfjs_binding.node', process.argv.slice(2).join(' '));`;

/** Installs with a script in npm's place. */
function bench(script: string) {
  const root = mkdtempSync(path.join(tmpdir(), 'sc-native-'));
  folders.push(root);
  const npm = path.join(root, 'npm.mjs');
  writeFileSync(npm, script);
  const into = path.join(root, 'native');
  const binding = path.join(into, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');
  const install = (changes: Partial<InstallRequest> = {}) =>
    installNative({
      name: 'tfjs-node',
      into,
      machine: LINUX,
      env: process.env,
      say: () => undefined,
      signal: new AbortController().signal,
      npm: [process.execPath, npm],
      ...changes,
    });
  return { root, into, binding, install };
}

describe('installing a native package', () => {
  it('asks for the pinned version with its script, and keeps what was there', async () => {
    const { root, into, binding, install } = bench(PACKAGE + BINDING);
    mkdirSync(path.join(into, 'node_modules', 'webgpu'), { recursive: true });
    const { ok, lines } = await install();
    expect(ok, lines.join()).toBe(true);
    expect(readFileSync(binding, 'utf8')).toContain(
      'install @tensorflow/tfjs-node@4.22.0 --ignore-scripts=false --foreground-scripts',
    );
    expect(existsSync(path.join(into, 'node_modules', 'webgpu'))).toBe(true);
    expect(readdirSync(root).sort()).toEqual(['native', 'npm.mjs']);
  });

  it.each([
    [
      'fails',
      'console.error("npm error Error: getaddrinfo ENOTFOUND registry"); process.exit(1);',
      'ENOTFOUND',
    ],
    ['leaves no binding', PACKAGE, 'left no library or binding'],
    ['says nothing', 'process.exit(3);', 'without saying why'],
  ])('leaves nothing when npm %s, and says what to do', async (_what, script, cause) => {
    const { root, install } = bench(script);
    const { ok, lines } = await install();
    expect(ok).toBe(false);
    expect(lines[0]).toContain(cause);
    expect(lines.join('\n')).toContain('HTTPS_PROXY');
    expect(readdirSync(root)).toEqual(['npm.mjs']);
  });

  it('says so where there is no npm, and where the package does not exist', async () => {
    const { root, install } = bench('');
    const missing = await install({ npm: ['no-such-npm'] });
    expect(missing.lines[0]).toContain('no-such-npm could not be started');
    const elsewhere = await install({ machine: { platform: 'freebsd', arch: 'x64' } });
    expect(elsewhere.lines[0]).toContain('this is freebsd-x64');
    expect(readdirSync(root)).toEqual(['npm.mjs']);
  });

  it('ends npm and what it started when cancelled, and leaves everything as it was', async () => {
    const grandchild = `setInterval(() => 0, 1000)`;
    const { root, install } = bench(`
      import { spawn } from 'node:child_process';
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}]);
      console.log('started ' + child.pid);
      setInterval(() => 0, 1000);`);
    const cancel = new AbortController();
    let said = '';
    const installing = install({ signal: cancel.signal, say: (text) => (said += text) });
    while (!/started \d+\n/u.test(said)) await pause(20);
    cancel.abort();
    const { ok, lines } = await installing;
    expect({ ok, lines }).toEqual({
      ok: false,
      lines: ['@tensorflow/tfjs-node was not installed: it was cancelled', 'Nothing was changed.'],
    });
    expect(readdirSync(root)).toEqual(['npm.mjs']);
    const pid = Number(/started (\d+)/u.exec(said)?.[1]);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});
