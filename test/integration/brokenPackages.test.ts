import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onlyRun } from '../support/effective.ts';
import { startNode, temporaryFolder } from '../support/processes.ts';

const GPU = '@tensorflow/tfjs-node-gpu';

/** An installation of its own: the real build and packages, but without native ones, or with a broken one. */
async function installation(name: string, gpu: string | null): Promise<string> {
  const root = await temporaryFolder(name);
  cpSync('dist', join(root, 'dist'), { recursive: true });
  cpSync('package.json', join(root, 'package.json'));
  const modules = join(root, 'node_modules');
  const link = (entry: string) => {
    symlinkSync(resolve('node_modules', entry), join(modules, entry));
  };
  mkdirSync(join(modules, '@tensorflow'), { recursive: true });
  for (const entry of readdirSync('node_modules'))
    if (entry !== '@tensorflow' && entry !== 'webgpu') link(entry);
  for (const entry of readdirSync('node_modules/@tensorflow'))
    if (!entry.startsWith('tfjs-node')) link(`@tensorflow/${entry}`);
  if (gpu !== null) {
    const folder = join(modules, GPU);
    mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: GPU, version: '4.22.0', main: 'index.js' }),
    );
    writeFileSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
    writeFileSync(join(folder, 'index.js'), gpu);
  }
  return root;
}

describe('optional native packages', () => {
  it.each([
    ['none at all', null, 'is not installed'],
    [
      'one that throws',
      'throw new Error("libcudart.so.11.0: cannot open");',
      'libcudart.so.11.0: cannot open',
    ],
    ['one that ends the process', 'process.exit(7);', 'its process ended with code 7'],
    ['one that crashes the process', 'process.abort();', 'its process was killed by SIGABRT'],
  ])('%s: a run on auto completes, and doctor says why', async (_name, gpu, reason) => {
    const root = await installation('packages', gpu);
    const cli = join(root, 'dist', 'sidecar', 'cli.js');
    const runs = join(root, 'runs');
    const example = resolve('examples/synthetic-dkel.distill.yaml');
    const run = await startNode([cli, '--runs', runs, 'run', example, '--set', 'training.epochs=1']).finished;
    expect(run.code, run.stderr).toBe(0);
    const log = await readFile(join(await onlyRun(runs), 'log.txt'), 'utf8');
    expect(log).toContain('backend wasm');
    expect(log).toContain(reason);
    const doctor = await startNode([cli, 'doctor', '--json']).finished;
    const report = JSON.parse(doctor.stdout) as {
      choice: string;
      backends: { name: string; usable: boolean; reason?: string }[];
    };
    expect(report.choice).toBe('wasm');
    const tensorflow = report.backends.find(({ name }) => name === 'tensorflow');
    expect(tensorflow).toMatchObject({ usable: false });
    expect(tensorflow?.reason).toContain(reason);
  });
});
