import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DaemonClient } from '../../sidecar/client/daemonClient.ts';
import { branchRun } from '../../sidecar/launchers/branchRun.ts';
import { listCheckpoints } from '../../sidecar/store/checkpoints.ts';
import { readRun } from '../../sidecar/store/runs.ts';
import { effectiveRun, onlyRun } from '../support/effective.ts';
import { distillery, startNode, temporaryFolder } from '../support/processes.ts';
import { unseenData } from '../support/unseenData.ts';

const SETTINGS = [
  'training.epochs=6',
  'checkpoints.every=40',
  'checkpoints.keepLast=100',
  'stages.teacherInit.steps=9',
].flatMap((each) => ['--set', each]);

async function parentRun(folder: string, backend: string, set: readonly string[] = []): Promise<string> {
  const example = 'examples/synthetic-dkel.distill.yaml';
  const args = ['--runs', folder, 'run', example, '--set', `backend=${backend}`, ...SETTINGS];
  args.push(...set.flatMap((each) => ['--set', each]));
  const { code, stderr } = await distillery(args);
  expect(code, stderr).toBe(0);
  return onlyRun(folder);
}

async function branchOf(parent: string, step: number, set: readonly string[] = []): Promise<string> {
  const before = new Set(readdirSync(join(parent, '..')));
  const overrides = set.flatMap((each) => ['--set', each]);
  const { code, stderr } = await distillery(['branch', parent, '--step', String(step), ...overrides]);
  expect(code, stderr).toBe(0);
  const made = readdirSync(join(parent, '..')).filter((name) => !before.has(name));
  expect(made).toHaveLength(1);
  return join(parent, '..', made[0] ?? '');
}

describe.each(['wasm', 'cpu'])('a branch on %s', (backend) => {
  it('without overrides continues exactly as its parent did, and needs it no more', async () => {
    const folder = await temporaryFolder(`branch-${backend}`);
    const parent = await parentRun(folder, backend);
    const whole = await effectiveRun(parent);
    const record = await readRun(parent);
    // Up to the best itself, so that the same networks are selected and tested.
    const best = record.best?.step ?? 0;
    for (const step of [40, best]) {
      const branch = await branchOf(parent, step);
      const part = await effectiveRun(branch);
      const after = Object.fromEntries(
        Object.entries(whole.series)
          .map(([tag, points]) => [tag, points.filter(([at]) => at > step)] as const)
          .filter(([, points]) => points.length > 0),
      );
      expect(part.series).toEqual(after);
      expect(part.checkpoint).toEqual(whole.checkpoint);
      expect(part.predictions).not.toBeNull();
      expect(part.predictions).toEqual(whole.predictions);
      const made = await readRun(branch);
      expect(made).toMatchObject({
        status: 'completed',
        parent: { run: basename(parent), step },
        best: record.best,
        test: record.test,
        step: record.step,
        backend: { name: backend },
      });
    }
  });
});

describe('a branch', () => {
  it('takes another learning rate, and more epochs than its parent had, from its very end', async () => {
    const folder = await temporaryFolder('branch-options');
    const parent = await parentRun(folder, 'wasm');
    const { step: end } = await readRun(parent);
    const slower = await branchOf(parent, 80, ['optimizer.learningRate=0.001']);
    const { series } = await effectiveRun(slower);
    const rates = series['schedule/learningRate'] ?? [];
    expect(rates.every(([step, rate]) => step > 80 && rate <= 0.001)).toBe(true);
    // Its active time is its own: no more than went by between its beginning and its end.
    const { activeSeconds, startedAt, endedAt } = await readRun(slower);
    expect(activeSeconds).toBeGreaterThan(0);
    expect(1000 * activeSeconds).toBeLessThanOrEqual(Date.parse(endedAt ?? '') - Date.parse(startedAt ?? ''));

    const longer = await branchOf(parent, end, ['training.epochs=7']);
    const { step, totalSteps, test } = await readRun(longer);
    expect([step, totalSteps]).toEqual([end + 25, end + 25]);
    expect(test).not.toBeNull();
    const first = (await effectiveRun(longer)).series['schedule/learningRate']?.[0];
    expect(first?.[0]).toBe(end + 1);
  });

  it('from the very end goes on as a run that was that long from the beginning', async () => {
    const [short, long] = [await temporaryFolder('branch-short'), await temporaryFolder('branch-long')];
    // Nothing in these settings depends on the length, so the momentum of the last step must be there.
    const set = ['schedule.name=constant', 'method.rampEpochs=3'];
    const parent = await parentRun(short, 'wasm', set);
    const whole = await effectiveRun(await parentRun(long, 'wasm', [...set, 'training.epochs=8']));
    const { step: end } = await readRun(parent);
    const part = await effectiveRun(await branchOf(parent, end, ['training.epochs=8']));
    const tags = Object.keys(part.series).filter((tag) => !tag.startsWith('test/'));
    expect(tags.length).toBeGreaterThan(40);
    for (const tag of tags)
      expect(part.series[tag], tag).toEqual(whole.series[tag]?.filter(([at]) => at > end));
  });

  it('chooses a best of its own when the best of its parent lies before it, and resumes like any run', async () => {
    const folder = await temporaryFolder('branch-best');
    const parent = await parentRun(folder, 'wasm');
    const set = ['optimizer.learningRate=0.000001'];
    const whole = await branchOf(parent, 120, set);
    expect((await readRun(whole)).best?.step).toBeGreaterThan(120);
    const request = { runDir: parent, step: 120, overrides: set, status: 'preparing' as const };
    const prepared = await branchRun(request, unseenData);
    if (prepared.kind === 'invalid') throw new Error(JSON.stringify(prepared.findings));
    for (const delay of [300, 500, 700, 900]) {
      const { child, finished } = startNode(['dist/sidecar/trainer.js', prepared.runDir]);
      await Promise.race([finished, pause(delay)]);
      child.kill('SIGKILL');
      await finished;
    }
    const trained = await startNode(['dist/sidecar/trainer.js', prepared.runDir]).finished;
    expect(trained.code, trained.stderr).toBe(0);
    expect(await effectiveRun(prepared.runDir)).toEqual(await effectiveRun(whole));
  });

  it('is refused, and nothing is left, where the checkpoint cannot go on', async () => {
    const folder = await temporaryFolder('branch-refused');
    const parent = await parentRun(folder, 'wasm');
    const before = readdirSync(folder);
    const refused = async (step: number, set: string, message: string) => {
      const args = ['branch', parent, '--step', String(step), ...(set === '' ? [] : ['--set', set])];
      const { code, stderr } = await distillery(args);
      expect(stderr).toContain(message);
      expect(code).toBe(2);
      expect(readdirSync(folder)).toEqual(before);
    };
    await refused(41, '', 'no checkpoint of step 41');
    await refused(40, 'models.default.trunk=[16]', 'another model');
    await refused(40, 'method.peers=2', 'another number of members');
    await refused(40, 'dataset.shape=[9]', 'another sample shape');
    await refused(40, 'dataset.classes=5', 'another number of classes');
    await refused(80, 'training.epochs=1', 'would end at step 34');
    await refused(40, 'stages.teacherInit.steps=3', 'another length');
    await refused(40, 'optimizer.learningRate=fast', 'learningRate');
    const [first] = await listCheckpoints(parent);
    if (!first) throw new Error('no checkpoint');
    writeFileSync(join(first.path, 'optimizer.bin'), 'broken');
    await refused(first.step, '', 'does not have its digest');
    expect(existsSync(join(parent, 'checkpoints'))).toBe(true);
  });
});

describe('a branch by way of the daemon', () => {
  it('is queued, trained and told about; what cannot be is refused', async () => {
    const folder = await temporaryFolder('branch-daemon');
    const parent = await parentRun(folder, 'wasm');
    const run = basename(parent);
    process.env['DISTILLERY_STATE'] = await temporaryFolder('branch-state');
    const client = new DaemonClient(folder, {
      identity: { name: 'test', version: '0' },
      start: { entry: resolve('dist/sidecar/daemon.js') },
    });
    const branch = (step: number, ...overrides: string[]) =>
      client.request('runs/branch', { run, step, overrides });
    await expect(branch(41)).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(branch(80, 'method.peers=2')).rejects.toMatchObject({ code: 'wrong-state' });
    const rejected = await branch(80, 'optimizer.learningRate=fast');
    expect(rejected).toMatchObject({ kind: 'rejected', findings: [{ path: 'optimizer.learningRate' }] });

    const queued = await branch(80, 'optimizer.learningRate=0.01');
    if (queued.kind === 'rejected') throw new Error('rejected');
    const { id, parent: from, step } = queued.run.record;
    expect({ from, step }).toEqual({ from: { run, step: 80 }, step: 80 });
    await expect
      .poll(async () => (await readRun(join(folder, id))).status, { timeout: 30_000 })
      .toBe('completed');

    const { parameters } = await client.request('runs/parameters', { runs: [run, id] });
    const rate = 'optimizer.learningRate';
    expect([parameters[run]?.[rate], parameters[id]?.[rate]]).toEqual(['0.1', '0.01']);
    expect(parameters[id]?.['method.name']).toBe('"dkel"');
    const { predictions } = await client.request('runs/predictions', { run: id });
    expect(predictions?.classes).toEqual(['class 0', 'class 1', 'class 2', 'class 3']);
    expect(Object.keys(predictions?.confusion ?? {})).toContain('teacherMean');
    const { checkpoints } = await client.request('runs/show', { run: id });
    expect(checkpoints.map(({ step: at }) => at)[0]).toBe(80);
    expect(checkpoints.some(({ score }) => score !== null)).toBe(true);
    expect(await client.request('system/shutdown', { runs: 'stop' })).toEqual({
      stopped: [],
      stillRunning: [],
    });
    client.close();
  });
});
