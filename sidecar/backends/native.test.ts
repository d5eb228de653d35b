import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { modulesFrom, type Modules } from '../assets/modules.ts';
import { fetchNative, planNative, type NativeOutcome } from './native.ts';
import { projectFolder } from './testing.ts';

const LINUX = { platform: 'linux', arch: 'x64' } as const;
const folders: string[] = [];

const PACKAGE = path.join('node_modules', '@tensorflow', 'tfjs-node-gpu');

/** A project with the package, but without what its install script fetches. */
function project(): Modules {
  const root = projectFolder();
  folders.push(root);
  const place = path.join(root, PACKAGE);
  mkdirSync(place, { recursive: true });
  writeFileSync(
    path.join(place, 'package.json'),
    '{ "name": "@tensorflow/tfjs-node-gpu", "main": "index.js" }',
  );
  writeFileSync(path.join(place, 'index.js'), '');
  return modulesFrom(path.join(root, 'from.js'));
}

/** Carries out a plan whose command is replaced by a script for Node. */
async function outcome(script: string): Promise<NativeOutcome & { said: string }> {
  const modules = project();
  const plan = planNative(LINUX, modules);
  if (!plan.supported) throw new Error(plan.reason);
  const file = path.join(plan.folder, 'install.mjs');
  writeFileSync(file, script);
  let said = '';
  const result = await fetchNative(
    { ...plan, command: [process.execPath, file] },
    modules,
    process.env,
    (text) => {
      said += text;
    },
  );
  return { ...result, said };
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('planNative', () => {
  it('says what it will do, where, and what it needs', () => {
    const plan = planNative(LINUX, project());
    if (!plan.supported) throw new Error(plan.reason);
    expect(plan.folder).toBe(folders[0]);
    expect(plan.command).toEqual([
      'npm',
      'rebuild',
      '@tensorflow/tfjs-node-gpu',
      '--ignore-scripts=false',
      '--foreground-scripts',
    ]);
    expect(plan.explanation.join('\n')).toMatch(/downloads libtensorflow[\s\S]*CUDA 11\.2/);
  });

  it.each([
    { platform: 'darwin', arch: 'arm64' },
    { platform: 'linux', arch: 'arm64' },
    { platform: 'win32', arch: 'ia32' },
  ] as const)('refuses $platform on $arch and names the alternative', (machine) => {
    const plan = planNative(machine, project());
    expect(plan.supported ? '' : plan.reason).toMatch(/Linux and Windows on x64 only.*webgpu/);
  });

  it('asks for the package first where it is missing', () => {
    const modules: Modules = {
      resolve: () => {
        throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
      },
      load: () => Promise.reject(new Error('not asked for')),
    };
    const plan = planNative(LINUX, modules);
    expect(plan.supported ? '' : plan.reason).toContain('is not installed. It is an optional dependency');
  });
});

describe('fetchNative', () => {
  it('passes the output on and reports success once library and binding are there', async () => {
    const script = `
      import { mkdirSync, writeFileSync } from 'node:fs';
      console.log('fetching');
      for (const part of ['deps/lib', 'lib/napi-v8']) mkdirSync('${PACKAGE}/' + part, { recursive: true });
      writeFileSync('${PACKAGE}/lib/napi-v8/tfjs_binding.node', '');`;
    const { ok, said, lines } = await outcome(script);
    expect({ ok, said }).toEqual({ ok: true, said: 'fetching\n' });
    expect(lines.join()).toContain('in place');
  });

  it('tells cause and next step when the download is impossible', async () => {
    const { ok, lines } = await outcome('throw new Error("getaddrinfo ENOTFOUND storage.googleapis.com");');
    expect(ok).toBe(false);
    expect(lines[0]).toBe(
      'Native TensorFlow was not fetched: Error: getaddrinfo ENOTFOUND storage.googleapis.com',
    );
    expect(lines.join('\n')).toMatch(/HTTPS_PROXY.*TFJS_NODE_CDN_STORAGE[\s\S]*distillery doctor/);
  });

  it('believes no success that left nothing behind', async () => {
    const { ok, lines } = await outcome('');
    expect(ok).toBe(false);
    expect(lines[0]).toContain('left no library or binding behind');
  });

  it('says so when the installer cannot be started', async () => {
    const modules = project();
    const plan = planNative(LINUX, modules);
    if (!plan.supported) throw new Error(plan.reason);
    const missing = { ...plan, command: ['no-such-program'] } as const;
    const { ok, lines } = await fetchNative(missing, modules, process.env, () => undefined);
    expect(ok).toBe(false);
    expect(lines[0]).toContain('no-such-program could not be started');
  });
});
