import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { prepareRun } from '../../sidecar/launchers/prepareRun.ts';
import { isEnded, type RunRecord } from '../../sidecar/protocol/runRecord.ts';
import { listCheckpoints } from '../../sidecar/store/checkpoints.ts';
import { requestCheckpoint } from '../../sidecar/store/control.ts';
import { readRun } from '../../sidecar/store/runs.ts';
import { effectiveRun, onlyRun } from '../support/effective.ts';
import { CLI, distillery, startNode, temporaryFolder } from '../support/processes.ts';
import { unseenData } from '../support/unseenData.ts';

const EXAMPLE = 'examples/synthetic-dkel.distill.yaml';
const start = (runs: string, set: string[]) =>
  startNode([
    CLI,
    '--runs',
    runs,
    'run',
    EXAMPLE,
    '--json',
    ...['backend=wasm', ...set].flatMap((each) => ['--set', each]),
  ]);
const lastLine = (stdout: string) =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;

/** Waits until a run's record is as wanted. */
async function until(
  runDir: string,
  wanted: (record: RunRecord) => boolean,
  mayHaveEnded = false,
): Promise<RunRecord> {
  for (;;) {
    const record = await readRun(runDir);
    if (wanted(record)) return record;
    if (!mayHaveEnded && isEnded(record.status)) throw new Error(`the run ended: ${record.status}`);
    await pause(20);
  }
}
async function runDirOf(runs: string): Promise<string> {
  for (;;) {
    if (existsSync(runs) && readdirSync(runs).some((name) => !name.startsWith('.'))) return onlyRun(runs);
    await pause(20);
  }
}
/** Long enough to be caught in the act. */
const LONG = ['training.epochs=4000', 'logging.every=50'];

describe('a run that is steered', () => {
  it('completes with exit code 0 and one JSON object a line, the last being its end', async () => {
    const folder = await temporaryFolder('complete');
    const { code, stdout } = await start(folder, ['training.epochs=3']).finished;
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string });
    expect(lines[0]).toMatchObject({ event: 'start' });
    expect(lines.at(-1)).toMatchObject({
      event: 'end',
      status: 'completed',
      collapsed: null,
      run: await onlyRun(folder),
    });
    const { test } = lines.at(-1) as unknown as { test: Record<string, { top1: number }> };
    expect(Object.keys(test)).toContain('teacher1');
    for (const { top1 } of Object.values(test)) expect(top1 >= 0 && top1 <= 1).toBe(true);
  });

  it('stops with a checkpoint and exit code 3, and resumes to its end', async () => {
    const folder = await temporaryFolder('stop');
    const { finished } = start(folder, LONG);
    const runDir = await runDirOf(folder);
    await until(runDir, ({ step }) => step > 30);
    expect((await distillery(['stop', runDir])).code).toBe(0);
    const { code, stdout } = await finished;
    expect(code).toBe(3);
    expect(lastLine(stdout)).toMatchObject({ event: 'end', status: 'stopped' });
    const record = await readRun(runDir);
    expect((await listCheckpoints(runDir)).at(-1)?.step).toBe(record.step);
    const resumed = startNode([CLI, 'resume', runDir, '--json']);
    await until(runDir, ({ step, status }) => status === 'running' && step > record.step, true);
    // A signal says the same as a wish.
    resumed.child.kill('SIGTERM');
    expect((await resumed.finished).code).toBe(3);
    expect((await readRun(runDir)).status).toBe('stopped');
  });

  it('pauses, goes on, and makes a checkpoint when asked', async () => {
    const folder = await temporaryFolder('pause');
    const { finished } = start(folder, [...LONG, 'checkpoints.every=100000', 'evaluation.every=100000']);
    const runDir = await runDirOf(folder);
    await until(runDir, ({ step }) => step > 10);
    requestCheckpoint(runDir, 'test');
    while ((await listCheckpoints(runDir)).length === 0) await pause(20);
    await distillery(['pause', runDir]);
    const paused = await until(runDir, ({ status }) => status === 'paused');
    await pause(400);
    expect((await readRun(runDir)).step).toBe(paused.step);
    expect((await distillery(['resume', runDir])).code).toBe(0);
    await until(runDir, ({ status, step }) => status === 'running' && step > paused.step);
    expect((await distillery(['resume', runDir])).stderr).toContain('is running');
    await distillery(['stop', runDir]);
    expect((await finished).code).toBe(3);
  });

  it('lives with a control file that cannot be read, and mends it at the next start', async () => {
    const folder = await temporaryFolder('broken-control');
    const { finished } = start(folder, LONG);
    const runDir = await runDirOf(folder);
    const { step } = await until(runDir, (record) => record.step > 10);
    writeFileSync(join(runDir, 'control.json'), '{ broken');
    await until(runDir, (record) => record.step > step + 200);
    expect((await distillery(['stop', runDir])).code).toBe(0);
    expect((await finished).code).toBe(3);
    writeFileSync(join(runDir, 'control.json'), '{ broken');
    const { child, finished: again } = startNode([CLI, 'resume', runDir, '--json']);
    await until(runDir, ({ status }) => status === 'running', true);
    child.kill('SIGTERM');
    expect((await again).code).toBe(3);
  });

  it('goes on from the checkpoint before a broken one', async () => {
    const folder = await temporaryFolder('broken-checkpoint');
    await start(folder, ['training.epochs=4', 'checkpoints.every=30']).finished;
    const runDir = await onlyRun(folder);
    const expected = await effectiveRun(runDir);
    const last = (await listCheckpoints(runDir)).at(-1);
    if (!last) throw new Error('no checkpoint');
    writeFileSync(join(last.path, 'optimizer.bin'), 'broken');
    const trained = await startNode(['dist/sidecar/trainer.js', runDir]).finished;
    expect(trained.stderr).toContain('does not have its digest');
    expect(trained.code).toBe(0);
    expect(await effectiveRun(runDir)).toEqual(expected);
  });
});

describe('ends that are easily got wrong', () => {
  it.each([1, 40, 100, 250, 400, 700])('a signal %i ms after the start is a stop', async (delay) => {
    const folder = await temporaryFolder('early');
    const { child, finished } = start(folder, LONG);
    while (!existsSync(folder) || readdirSync(folder).length === 0) await pause(5);
    const runDir = await runDirOf(folder);
    await pause(delay);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await finished;
    expect(code, stderr).toBe(3);
    expect(lastLine(stdout)).toMatchObject({ event: 'end', status: 'stopped' });
    expect((await readRun(runDir)).status).toBe('stopped');
  });

  it('a second trainer of one run is refused with the reason, and the first goes on', async () => {
    const folder = await temporaryFolder('second');
    const { finished } = start(folder, LONG);
    const runDir = await runDirOf(folder);
    await until(runDir, ({ step }) => step > 5);
    const second = await startNode(['dist/sidecar/trainer.js', runDir]).finished;
    expect(second.code).toBe(5);
    expect(second.stderr).toContain('is being written by process');
    await distillery(['stop', runDir]);
    expect((await finished).code).toBe(3);
  });

  it('a queued run that is stopped never begins', async () => {
    const folder = await temporaryFolder('queued');
    const prepared = await prepareRun(
      folder,
      { experiment: { path: EXAMPLE }, overrides: [], status: 'queued' },
      unseenData,
    );
    if (prepared.kind === 'invalid') throw new Error('the example is invalid');
    expect((await distillery(['pause', prepared.runDir])).code).toBe(2);
    expect((await distillery(['stop', prepared.runDir])).code).toBe(0);
    expect((await readRun(prepared.runDir)).status).toBe('stopped');
  });
});

describe('numbers that are not finite', () => {
  const EXPLODING = [
    'optimizer.learningRate=100',
    'optimizer.momentum=0.99',
    'schedule.name=constant',
    'training.epochs=40',
  ];

  it('stop the run, visibly, with a dump, and leave the parameters of the step before', async () => {
    const folder = await temporaryFolder('nonfinite-stop');
    const { code, stdout, stderr } = await start(folder, EXPLODING).finished;
    expect(code, stderr).toBe(1);
    expect(lastLine(stdout)).toMatchObject({ event: 'end', status: 'failed' });
    const runDir = await onlyRun(folder);
    const { error } = await readRun(runDir);
    expect(error?.message).toMatch(/Loss or gradients of step \d+ \(distillation\) are not finite/u);
    expect(error?.next).toContain('training.onNonFinite');
    expect(readdirSync(runDir).some((name) => /^nonfinite-step-\d+\.json$/u.test(name))).toBe(true);
  });

  it('are passed over when asked, and stay visible as points', async () => {
    const folder = await temporaryFolder('nonfinite-continue');
    const { code, stdout, stderr } = await start(folder, [
      ...EXPLODING,
      'training.onNonFinite=continue',
      'training.epochs=12',
    ]).finished;
    expect(code, stderr).toBe(0);
    const runDir = await onlyRun(folder);
    const { series } = await effectiveRun(runDir);
    const losses = series['train/run/loss/total'] ?? [];
    expect(losses.some(([, value]) => !Number.isFinite(value))).toBe(true);
    expect(lastLine(stdout)).toMatchObject({ status: 'completed' });
  });
});
