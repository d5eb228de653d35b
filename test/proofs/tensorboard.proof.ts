/**
 * The real TensorBoard reads our event files: every point, also of a run that was killed and resumed, with both of its
 * loaders, with the numbers that the page gets. `DISTILLERY_PYTHON` names a Python that has TensorBoard.
 *
 * npm run proof:tensorboard
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { deflateSync, crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findOrStart } from '../../sidecar/client/findOrStart.ts';
import { probeData } from '../../sidecar/datasets/probe.ts';
import { prepareRun } from '../../sidecar/launchers/prepareRun.ts';
import type { PointsByTag } from '../../sidecar/protocol/series.ts';
import { endDaemon } from '../support/daemons.ts';
import { startNode } from '../support/processes.ts';
import { EventWriter } from '../../sidecar/store/eventWriter.ts';
import { readEvents, findEventFile } from '../../sidecar/store/eventReader.ts';
import { bundle } from '../../sidecar/store/testing/nodeProgram.ts';
import { createStandInRun, STAND_IN_TRAINER, startStandIn } from '../../sidecar/store/testing/standInRun.ts';
import { expectedSeries } from '../../sidecar/store/testing/standInSeries.ts';
import { temporaryFolder } from '../../sidecar/store/testing/temporaryFolder.ts';
import { until } from '../../sidecar/store/testing/until.ts';

const python = process.env['DISTILLERY_PYTHON'];
const root = temporaryFolder();
process.env['DISTILLERY_STATE'] = root;
const runs = mkdtempSync(join(root, 'runs-'));
const TOTAL_STEPS = 2_000;
const KILLED_AFTER = 700;
let resumed = { id: '', runDir: '' };
let zoo = { id: '', runDir: '' };
let trained = { id: '', runDir: '' };
/** What the page is given of the trained run. */
let onPage: PointsByTag = {};
const png = onePixelPng();

beforeAll(async () => {
  if (python === undefined) throw new Error('Set DISTILLERY_PYTHON to a Python that has TensorBoard.');
  resumed = createStandInRun(runs, TOTAL_STEPS, { stepMs: 1, checkpointEvery: 300 });
  const trainer = await bundle(STAND_IN_TRAINER, root);
  const killed = startStandIn(trainer, resumed.runDir);
  await until(async () => (await lastStep(resumed.runDir)) > KILLED_AFTER);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  // Killed on its way, well behind its last checkpoint: the resumed trainer repeats about a hundred steps.
  expect(await lastStep(resumed.runDir)).toBeLessThan(900);
  const [code] = (await once(startStandIn(trainer, resumed.runDir), 'exit')) as [number];
  expect(code).toBe(0);

  zoo = createStandInRun(runs, 1);
  const writer = await EventWriter.open(zoo.runDir);
  writer.text(0, 1, 'config', '```yaml\nseed: 42\n```');
  writer.hparams({ hparams: { seed: 42, method: 'dkel', nesterov: true }, group: 'g', startTime: 1 });
  writer.customScalarsLayout([{ title: 'Loss', charts: [{ title: 'all', tags: ['a/.*'] }] }]);
  writer.scalars(1, 1, { 'a/x': 1 });
  writer.histogram(2, 2, 'weights', [
    { left: -1, right: 0, count: 3 },
    { left: 0, right: 1, count: 5 },
  ]);
  writer.images(3, 3, 'samples', 1, 1, [png, png]);
  writer.hparamsEnd('success', 4);
  writer.close();

  await trainKilledAndResumed();
});

/** A real DKEL run, killed with SIGKILL between two checkpoints and resumed, then read through a daemon. */
async function trainKilledAndResumed(): Promise<void> {
  const prepared = await prepareRun(
    runs,
    {
      experiment: { path: 'examples/synthetic-dkel.distill.yaml' },
      overrides: ['backend=wasm', 'checkpoints.every=60'],
      status: 'preparing',
    },
    probeData,
  );
  if (prepared.kind === 'invalid') throw new Error('the example is invalid');
  trained = { id: prepared.record.id, runDir: prepared.runDir };
  const first = startNode(['dist/sidecar/trainer.js', trained.runDir]);
  await until(async () => (await lastStep(trained.runDir)) > 200);
  first.child.kill('SIGKILL');
  await first.finished;
  expect((await startNode(['dist/sidecar/trainer.js', trained.runDir]).finished).code).toBe(0);
  const { connection } = await findOrStart(runs, {
    identity: { name: 'proof', version: '0' },
    start: { entry: resolve('dist/sidecar/daemon.js') },
  });
  const { update } = await connection.request('series/subscribe', {
    run: trained.id,
    since: null,
    maxPoints: 1_000_000,
  });
  onPage = update.series;
  expect(update.seams.some(({ step }) => step > 1)).toBe(true);
  connection.close();
  endDaemon(root);
}

async function lastStep(runDir: string): Promise<number> {
  const path = await findEventFile(runDir);
  return path === null ? 0 : ((await readEvents(path)).events.at(-1)?.step ?? 0);
}

/** The smallest picture that every reader accepts: one black pixel. */
function onePixelPng(): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
    chunk('IDAT', deflateSync(Buffer.from([0, 0]))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe.each([
  { loader: 'the default loader', args: [] },
  { loader: 'the Python loader', args: ['--load_fast=false'] },
])('TensorBoard with $loader', ({ args }) => {
  let server: ChildProcess;
  let url = '';

  beforeAll(async () => {
    const all = [
      '--logdir',
      runs,
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--samples_per_plugin',
      'scalars=1000000000',
    ];
    const tensorboard = spawn(python ?? '', ['-m', 'tensorboard.main', ...all, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    server = tensorboard;
    for await (const line of createInterface({ input: tensorboard.stderr })) {
      const address = /http:\/\/\S+/.exec(line)?.[0];
      if (address === undefined) continue;
      url = address;
      break;
    }
    tensorboard.stderr.resume();
    await until(async () => Object.keys(await tags('scalars')).length === 3);
  });

  afterAll(async () => {
    server.kill();
    await once(server, 'exit');
  });

  async function get(path: string, query: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(`${url}data/plugin/${path}?${new URLSearchParams(query).toString()}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  }
  const tags = async (plugin: string): Promise<Record<string, unknown>> =>
    z.record(z.string(), z.unknown()).parse(await get(`${plugin}/tags`));
  const pointSchema = z.array(z.tuple([z.number(), z.number(), z.union([z.number(), z.string()])]));

  it('shows every point of a killed and resumed run once, as the nearest float', async () => {
    for (const [tag, points] of Object.entries(expectedSeries(TOTAL_STEPS))) {
      const query = { run: resumed.id, tag };
      const want = points.steps.map((step, index) => [step, String(Math.fround(points.values[index] ?? 0))]);
      await expect
        .poll(
          async () => {
            const shown = pointSchema.parse(await get('scalars/scalars', query));
            return shown.map(([, step, value]) => [step, String(Number(value))]);
          },
          { timeout: 30_000 },
        )
        .toEqual(want);
    }
  });

  it('shows the page’s numbers of a real run that was killed and resumed', async () => {
    expect(Object.keys(onPage).length).toBeGreaterThan(50);
    for (const [tag, points] of Object.entries(onPage)) {
      const want = points.steps.map((step, index) => [step, String(Math.fround(points.values[index] ?? 0))]);
      const shown = pointSchema.parse(await get('scalars/scalars', { run: trained.id, tag }));
      expect(
        shown.map(([, step, value]) => [step, String(Number(value))]),
        tag,
      ).toEqual(want);
    }
  });

  it('shows text, histograms, pictures, hyper-parameters and the layout', async () => {
    const text = JSON.stringify(await get('text/text', { run: zoo.id, tag: 'config' }));
    expect(text).toContain('seed: 42');
    const histograms = JSON.stringify(await get('histograms/histograms', { run: zoo.id, tag: 'weights' }));
    expect(histograms).toBe('[[2,2,[[-1,0,3],[0,1,5]]]]');
    const images = z.array(z.object({ query: z.string(), step: z.number() }));
    const [image] = images.parse(await get('images/images', { run: zoo.id, tag: 'samples', sample: '0' }));
    const response = await fetch(`${url}data/plugin/images/individualImage?${image?.query ?? ''}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(png))).toBe(true);
    expect(JSON.stringify(await get('custom_scalars/layout'))).toContain('a/.*');
    const groups = await fetch(`${url}data/plugin/hparams/session_groups`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        experimentName: '',
        allowedStatuses: ['STATUS_SUCCESS'],
        colParams: [{ hparam: 'seed' }, { hparam: 'method' }, { hparam: 'nesterov' }],
        startIndex: 0,
        sliceSize: 10,
      }),
    });
    const shown = await groups.text();
    expect(shown).toContain('dkel');
    expect(shown).toContain(zoo.id);
  });
});
