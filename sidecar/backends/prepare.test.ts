import { rmSync } from 'node:fs';
import { getBackend } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { modulesFrom } from '../assets/modules.ts';
import { prepareBackend } from './prepare.ts';
import { projectFolder, withPackages } from './testing.ts';
import { isSoftwareAdapter } from './webgpu.ts';

const GPU = '@tensorflow/tfjs-node-gpu';
const CPU = '@tensorflow/tfjs-node';
const folders: string[] = [];

function broken(packages: Readonly<Record<string, string>>): ReturnType<typeof modulesFrom> {
  const folder = projectFolder();
  folders.push(folder);
  return modulesFrom(withPackages(folder, packages));
}

const dawn = (info: string): string =>
  `export const globals = {}; export const create = () => ({ requestAdapter: async () => (${info}) });`;

const reasons = async (
  packages: Readonly<Record<string, string>>,
  limit = 60_000,
): Promise<Record<string, string>> => {
  const prepared = await prepareBackend('auto', {
    env: {},
    modules: broken(packages),
    limit,
    noGpu: () => null,
  });
  expect(prepared.name).toBe('wasm');
  expect(getBackend()).toBe('wasm');
  return Object.fromEntries(prepared.skipped.map(({ name, reason }) => [name, reason]));
};

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('prepareBackend', () => {
  it.each(['wasm', 'cpu'] as const)('prepares %s by name', async (name) => {
    const prepared = await prepareBackend(name, { env: {} });
    expect(prepared).toMatchObject({ name, readIsFree: true, skipped: [] });
    expect(prepared.version).toBe(`tfjs-backend-${name} 4.22.0`);
    expect(getBackend()).toBe(name);
  });

  it('lets the environment override the experiment, and the command line both', async () => {
    const env = { DISTILLERY_BACKEND: 'cpu' };
    expect((await prepareBackend('wasm', { env })).name).toBe('cpu');
    expect((await prepareBackend('cpu', { env, override: 'wasm' })).name).toBe('wasm');
    expect((await prepareBackend('cpu', { env: { DISTILLERY_BACKEND: '' } })).name).toBe('cpu');
    await expect(prepareBackend('wasm', { env: { DISTILLERY_BACKEND: 'cuda' } })).rejects.toThrow(
      'DISTILLERY_BACKEND=cuda is none of auto, tensorflow, webgpu, wasm, cpu',
    );
  });

  it('asks for a trial elsewhere only where there is native code to load, and heeds it', async () => {
    const tried: string[] = [];
    const trial = (name: string) => {
      tried.push(name);
      return Promise.resolve(`its process was killed by SIGSEGV`);
    };
    const modules = broken({ webgpu: dawn('null') });
    const withGpu = await prepareBackend('auto', { env: {}, modules, trial, noGpu: () => null });
    expect(tried).toEqual(['webgpu']);
    expect(withGpu.skipped.find(({ name }) => name === 'webgpu')?.reason).toBe(
      'its process was killed by SIGSEGV',
    );
    const without = await prepareBackend('auto', { env: {}, modules, trial, noGpu: () => 'no GPU here' });
    expect(tried).toEqual(['webgpu']);
    expect(without.skipped.find(({ name }) => name === 'webgpu')?.reason).toBe('no GPU here');
  });

  it('passes over packages that throw while loading, with their words', async () => {
    const found = await reasons({
      [GPU]: 'throw new Error("libcudart.so.11.0: cannot open shared object file");',
      [CPU]: 'throw "not even an error";',
      webgpu: 'throw new Error("wrong architecture");',
    });
    expect(found['tensorflow']).toBe(
      `${GPU}: libcudart.so.11.0: cannot open shared object file; ${CPU}: not even an error`,
    );
    expect(found['webgpu']).toBe('package webgpu: wrong architecture');
  });

  it('passes over packages that export nothing of use', async () => {
    const found = await reasons({
      [GPU]: 'export {};',
      [CPU]: 'export default 1;',
      webgpu: 'export const create = 3;',
    });
    expect(found['tensorflow']).toContain('it loads, but registers no backend named tensorflow');
    expect(found['webgpu']).toBe('package webgpu loads, but exports no create() and globals');
  });

  it('passes over packages that never finish loading', async () => {
    const found = await reasons(
      { [GPU]: 'await new Promise(() => setInterval(() => {}, 1e6).unref());', webgpu: dawn('null') },
      300,
    );
    expect(found['tensorflow']).toBe('not ready after 0.3 s');
  });

  it('passes over packages whose own dependencies are missing, and says so', async () => {
    const found = await reasons({
      [GPU]: 'import "no-such-package-at-all";',
      webgpu: 'import "no-such-package-at-all";',
    });
    expect(found['tensorflow']).toContain('no-such-package-at-all');
    expect(found['webgpu']).toContain('no-such-package-at-all');
  });

  it('takes no GPU, and no GPU in software, for what they are', async () => {
    expect((await reasons({ webgpu: dawn('null') }))['webgpu']).toContain('no GPU adapter found');
    const software = dawn('{ info: { vendor: "google", architecture: "swiftshader" } }');
    expect((await reasons({ webgpu: software }))['webgpu']).toBe(
      'the only adapter is software (google, swiftshader); name the backend to use it anyway',
    );
  });

  it('throws with the reason when a backend asked for by name does not work', async () => {
    const modules = broken({
      [GPU]: 'throw new Error("no driver");',
      [CPU]: 'throw new Error("no library");',
    });
    await expect(prepareBackend('tensorflow', { env: {}, modules })).rejects.toThrow(
      `backend tensorflow: ${GPU}: no driver; ${CPU}: no library`,
    );
  });
});

describe('isSoftwareAdapter', () => {
  it.each([
    [{ vendor: 'google', architecture: 'swiftshader' }, true],
    [{ description: 'llvmpipe (LLVM 15.0.6, 256 bits)' }, true],
    [{ vendor: 'microsoft', description: 'Microsoft Basic Render Driver' }, true],
    [{ isFallbackAdapter: true }, true],
    [{ vendor: 'nvidia', architecture: 'ada', description: 'NVIDIA RTX 4090' }, false],
    [{ vendor: 'apple', architecture: 'metal-3' }, false],
    [{}, false],
  ])('%o → %s', (info, expected) => {
    expect(isSoftwareAdapter(info)).toBe(expected);
  });
});
