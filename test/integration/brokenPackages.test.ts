import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { doctorReportSchema } from '../../sidecar/protocol/doctorReport.ts';
import { onlyRun } from '../support/effective.ts';
import { startNode, temporaryFolder } from '../support/processes.ts';

const GPU = '@tensorflow/tfjs-node-gpu';

/** A folder with a native package that looks complete and does what `text` says when it is loaded. */
function withPackage(folder: string, text: string): string {
  const place = join(folder, 'node_modules', GPU);
  mkdirSync(join(place, 'lib', 'napi-v8'), { recursive: true });
  const manifest = { name: GPU, version: '4.22.0', main: 'index.js' };
  writeFileSync(join(place, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(place, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
  writeFileSync(join(place, 'index.js'), text);
  return place;
}

/** Runs on `auto` in an installation of its own, then asks its doctor. */
async function tried(root: string, env: NodeJS.ProcessEnv = {}) {
  cpSync('dist/sidecar', join(root, 'sidecar'), { recursive: true });
  const cli = join(root, 'sidecar', 'cli.js');
  const runs = join(root, 'runs');
  const example = resolve('examples/synthetic-dkel.distill.yaml');
  const args = [cli, '--runs', runs, 'run', example, '--set', 'training.epochs=1'];
  const run = await startNode(args, env).finished;
  expect(run.code, run.stderr).toBe(0);
  const log = await readFile(join(await onlyRun(runs), 'log.txt'), 'utf8');
  expect(log).toContain('backend wasm');
  const doctor = await startNode([cli, 'doctor', '--json', '--quick'], env).finished;
  const report = doctorReportSchema.parse(JSON.parse(doctor.stdout));
  expect(report.choice).toBe('wasm');
  const tensorflow = report.backends.find(({ name }) => name === 'tensorflow');
  return { log, reason: tensorflow?.usable === false ? tensorflow.reason : 'usable' };
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
    const root = await temporaryFolder('packages');
    if (gpu !== null) withPackage(root, gpu);
    const found = await tried(root);
    expect(found.log).toContain(reason);
    expect(found.reason).toContain(reason);
  });

  it('in the folder of DISTILLERY_NATIVE are looked at first, and are no less harmless', async () => {
    const root = await temporaryFolder('packages');
    const native = await temporaryFolder('native');
    withPackage(root, 'throw new Error("not this one");');
    withPackage(native, 'throw new Error("the one of the folder");');
    const found = await tried(root, { DISTILLERY_NATIVE: native });
    expect(found.log).toContain('the one of the folder');
    expect(found.reason).toContain('the one of the folder');
  });

  it('in a folder that is named by half a path are none, and that is the reason', async () => {
    const { reason } = await tried(await temporaryFolder('packages'), { DISTILLERY_NATIVE: 'native' });
    expect(reason).toContain('DISTILLERY_NATIVE=native is not an absolute path');
  });

  it('in a folder that has none are looked for where they would be otherwise', async () => {
    const root = await temporaryFolder('packages');
    withPackage(root, 'throw new Error("found after all");');
    const { reason } = await tried(root, { DISTILLERY_NATIVE: join(root, 'nothing', 'here') });
    expect(reason).toContain('found after all');
  });
});
