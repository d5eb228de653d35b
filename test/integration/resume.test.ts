import { setTimeout as pause } from 'node:timers/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { probeData } from '../../sidecar/datasets/probe.ts';
import { prepareRun } from '../../sidecar/launchers/prepareRun.ts';
import { Stream } from '../../sidecar/random/stream.ts';
import { readRun, createRun } from '../../sidecar/store/runs.ts';
import { effectiveRun } from '../support/effective.ts';
import { startNode, temporaryFolder } from '../support/processes.ts';
import { toyNames, type ToyName } from '../toys/methods.ts';

const trainer = resolve('dist/sidecar/trainer.js');

async function newRun(folder: string, backend: string): Promise<string> {
  const prepared = await prepareRun(
    folder,
    {
      experiment: { path: 'examples/synthetic-dkel.distill.yaml' },
      overrides: [
        `backend=${backend}`,
        'training.epochs=6',
        'checkpoints.every=17',
        'stages.teacherInit.steps=9',
      ],
      status: 'preparing',
    },
    probeData,
  );
  if (prepared.kind === 'invalid') throw new Error(JSON.stringify(prepared.findings));
  return prepared.runDir;
}

/**
 * Runs a trainer, killing it after each delay and starting it again, until it ends by itself.
 * @returns the delays that were not needed
 */
async function withKills(args: readonly string[], delays: readonly number[]): Promise<readonly number[]> {
  for (const [index, delay] of delays.entries()) {
    const { child, finished } = startNode(args);
    const ended = await Promise.race([finished, pause(delay)]);
    if (ended) {
      expect(ended.code, ended.stderr).toBe(0);
      return delays.slice(index);
    }
    child.kill('SIGKILL');
    await finished;
  }
  const { code, stderr } = await startNode(args).finished;
  expect(code, stderr).toBe(0);
  return [];
}

/** Random moments, spread over start-up, first stage and training. */
const moments = (name: string, count: number, longest: number) => {
  const stream = Stream.of(1, `kill/${name}`);
  return Array.from({ length: count }, (_, index) => 150 + longest * stream.uniform(index));
};

describe.each(['wasm', 'cpu'])('DKEL on %s', (backend) => {
  it('gives the same series and weights twice, and after twenty kills', async () => {
    const folder = await temporaryFolder(`exact-${backend}`);
    const [once, twice] = [await newRun(folder, backend), await newRun(folder, backend)];
    const results = await Promise.all([
      startNode([trainer, once]).finished,
      startNode([trainer, twice]).finished,
    ]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    const expected = await effectiveRun(once);
    expect(Object.keys(expected.series).length).toBeGreaterThan(50);
    expect(await effectiveRun(twice)).toEqual(expected);

    let delays: readonly number[] = moments(backend, 20, 1_500);
    while (delays.length > 0) {
      const killed = await newRun(folder, backend);
      delays = await withKills([trainer, killed], delays);
      expect(await effectiveRun(killed)).toEqual(expected);
      const [a, b] = [await readRun(once), await readRun(killed)];
      expect(b).toMatchObject({
        status: 'completed',
        best: a.best,
        test: a.test,
        collapsed: a.collapsed,
        step: a.step,
      });
    }
  });
});

describe('the loop knows no method', () => {
  const program = resolve('dist/test/toyTrainer.js');
  beforeAll(async () => {
    await build({
      entryPoints: { toyTrainer: 'test/toys/trainer.ts' },
      outdir: 'dist/test',
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'warning',
    });
  });

  const newToyRun = (folder: string, toy: ToyName) =>
    createRun(folder, {
      experimentText: `toy: ${toy}\n`,
      experimentFileName: 'toy.distill.yaml',
      resolvedYaml: `toy: ${toy}\n`,
      status: 'preparing',
      record: {
        experiment: { name: toy, path: null },
        method: toy,
        model: 'mlp',
        dataset: 'synthetic',
        seed: 7,
        headline: { series: 'validation/best/top1', unit: '%', better: 'higher' },
        totalSteps: 120,
        totalEpochs: 6,
      },
    }).runDir;

  it.each(toyNames)('%s: killed and resumed equals uninterrupted', async (toy) => {
    const folder = await temporaryFolder(`toy-${toy}`);
    const [whole, killed] = [newToyRun(folder, toy), newToyRun(folder, toy)];
    const { code, stderr } = await startNode([program, whole, toy]).finished;
    expect(code, stderr).toBe(0);
    const expected = await effectiveRun(whole);
    expect(Object.values(expected.series).flat().length).toBeGreaterThan(100);
    await withKills([program, killed, toy], moments(toy, 6, 700));
    expect(await effectiveRun(killed)).toEqual(expected);
  });

  it('says where a run directory cannot be used', async () => {
    const folder = await temporaryFolder('nothing');
    const { code, stderr } = await startNode([trainer, join(folder, 'missing')]).finished;
    expect(code).toBe(1);
    expect(stderr).toContain('missing');
  });
});
