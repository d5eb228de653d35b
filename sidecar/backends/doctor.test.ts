import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examine } from './doctor.ts';
import { projectFolder, withPackages } from './testing.ts';

const folder = projectFolder();
const probe = path.join(folder, 'probe.mjs');

beforeAll(async () => {
  const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
  await build({ ...options, entryPoints: ['sidecar/backends/probe.ts'], outfile: probe });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const GPU = '@tensorflow/tfjs-node-gpu';

describe('examine', () => {
  it('describes the machine and measures the embedded backend', async () => {
    const report = await examine({ probe, backends: ['wasm'] });
    expect(report.node).toBe(process.version);
    expect(report.cores).toBeGreaterThanOrEqual(1);
    expect(report.memory.total).toBeGreaterThan(report.memory.free);
    expect(report.choice).toBe('wasm');
    const [wasm] = report.backends;
    expect(wasm).toMatchObject({ name: 'wasm', usable: true, version: 'tfjs-backend-wasm 4.22.0' });
    expect(wasm?.usable === true && (wasm.imagesPerSecond ?? 0) > 0).toBe(true);
  });

  it('leaves the timing out when asked to', async () => {
    const [wasm] = (await examine({ probe, backends: ['wasm'], timed: false })).backends;
    expect(wasm).toMatchObject({ usable: true, imagesPerSecond: null, location: null });
  });

  it.each([
    ['throws', 'throw new Error("broken on purpose");', 'broken on purpose'],
    [
      'ends the process',
      'console.error("fatal: no device"); process.exit(7);',
      'ended with code 7: fatal: no device',
    ],
    ['is killed', 'process.kill(process.pid, "SIGSEGV"); for (;;);', 'was killed by SIGSEGV'],
    ['hangs', 'for (;;);', 'it gave no answer within 4 s'],
  ])('survives a native package that %s', async (_what, text, reason) => {
    const from = withPackages(path.join(folder, _what), { [GPU]: text });
    const report = await examine({ probe, from, limit: 4000, backends: ['tensorflow'] });
    expect(report.choice).toBeNull();
    const [tensorflow] = report.backends;
    expect(tensorflow?.usable === false ? tensorflow.reason : 'usable').toContain(reason);
  });
});
