import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { logPath, readDiscovery } from '../client/discoveryFile.ts';
import type { RunSummary } from '../protocol/runSummary.ts';
import { readLease } from '../store/leaseFile.ts';
import { readRun } from '../store/runs.ts';
import { createStandInRun } from '../store/testing/standInRun.ts';
import { until } from '../store/testing/until.ts';
import { isAlive, runWhere, startRun, workbench } from './testing/workbench.ts';

const bench = workbench();
const isStatus =
  (status: string) =>
  ({ record }: RunSummary): boolean =>
    record.status === status;

describe('runs', () => {
  it('are started one after the other in the order given, and told as they change', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    const told: string[] = [];
    client.on('runs/changed', ({ run }) => told.push(`${run.record.id} ${run.record.status}`));
    const ids: string[] = [];
    // Long enough that none begins and ends between two looks: states in between may be left out.
    for (let count = 0; count < 3; count++) ids.push(await startRun(client, 300, { stepMs: 2 }));
    // The last notification may still be on its way when a request already tells.
    await until(() => told.includes(`${ids.at(-1) ?? ''} completed`));
    const order = told.filter((line) => line.endsWith('running') || line.endsWith('completed'));
    expect([...new Set(order)]).toEqual(ids.flatMap((id) => [`${id} running`, `${id} completed`]));
  });

  it('that cannot be started as written come back with what is wrong', async () => {
    const client = bench.client(bench.runsFolder());
    const source = { kind: 'text' as const, text: '{"error": "too few peers"}', fileName: 'x.distill.json' };
    const result = await client.request('runs/start', { source, overrides: [] });
    expect(result).toMatchObject({ kind: 'rejected', findings: [{ message: 'too few peers' }] });
    expect((await client.request('runs/list', {})).runs).toEqual([]);
  });

  it('pause, resume, make checkpoints and stop when asked, and continue where they were', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    const run = await startRun(client, 100_000, { stepMs: 2, checkpointEvery: 1_000_000 });
    await runWhere(client, run, ({ record }) => record.step > 0);
    await client.request('runs/pause', { run });
    const paused = await runWhere(client, run, isStatus('paused'));
    expect(paused).toMatchObject({ want: 'pause', liveness: 'live' });
    expect(await client.request('runs/resume', { run })).toEqual({ how: 'unpaused' });
    await runWhere(
      client,
      run,
      ({ record }) => record.status === 'running' && record.step > paused.record.step,
    );
    await client.request('runs/checkpoint', { run });
    await until(async () => (await client.request('runs/show', { run })).checkpoints.length === 1);
    await client.request('runs/stop', { run });
    const stopped = await runWhere(client, run, isStatus('stopped'));
    expect(stopped.liveness).toBe('ended');
    await expect(client.request('runs/pause', { run })).rejects.toMatchObject({ code: 'wrong-state' });
    expect(await client.request('runs/resume', { run })).toEqual({ how: 'queued' });
    const again = await runWhere(client, run, isStatus('running'));
    expect(again.record.step).toBeGreaterThanOrEqual(stopped.record.step);
    await client.request('runs/stop', { run });
    await runWhere(client, run, isStatus('stopped'));
  });

  it('that wait can be stopped, and deleted only when they have ended', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    const first = await startRun(client, 100_000, { stepMs: 5 });
    const waiting = await startRun(client, 10);
    await expect(client.request('runs/delete', { run: waiting })).rejects.toMatchObject({
      code: 'wrong-state',
    });
    await client.request('runs/stop', { run: waiting });
    await runWhere(client, waiting, isStatus('stopped'));
    const removed: string[] = [];
    client.on('runs/removed', ({ run }) => removed.push(run));
    const { movedTo } = await client.request('runs/delete', { run: waiting });
    expect(existsSync(join(movedTo, 'run.json'))).toBe(true);
    expect(basename(join(movedTo, '..'))).toBe('.trash');
    await until(() => removed.includes(waiting));
    await expect(client.request('runs/show', { run: waiting })).rejects.toMatchObject({
      code: 'run-not-found',
    });
    await client.request('runs/stop', { run: first });
    await runWhere(client, first, isStatus('stopped'));
  });

  it('that are stopped while their trainer starts stay stopped', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    const run = await startRun(client, 100_000, { stepMs: 2 });
    await client.request('runs/stop', { run });
    await runWhere(client, run, isStatus('stopped'));
    const lease = await readLease(join(folder, run));
    expect(lease?.released).toBe(true);
    await until(() => !isAlive(lease?.pid ?? 0) || lease?.pid === bench.discovery(folder).pid);
    expect((await readRun(join(folder, run))).status).toBe('stopped');
  });

  it('whose trainer ends before it began have failed, with what it said', async () => {
    const client = bench.client(bench.runsFolder());
    const broken = await startRun(client, 10, { crashAtStart: true });
    const failed = await runWhere(client, broken, isStatus('failed'));
    expect(failed.record.error?.message).toContain('told to crash');
    // And the queue goes on.
    await runWhere(client, await startRun(client, 5), isStatus('completed'));
  });

  it('started by others are seen, and so is what people say about them', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    await client.whenConnected();
    const { id } = createStandInRun(folder, 5);
    await runWhere(client, id, isStatus('completed'));
    const { notes } = await client.request('runs/annotate', {
      run: id,
      changes: { name: 'ours', tags: ['a'] },
    });
    expect(notes).toMatchObject({ name: 'ours', tags: ['a'], pinned: false });
    await client.request('runs/annotate', { run: id, changes: { pinned: true } });
    const shown = await client.request('runs/show', { run: id });
    expect(shown.summary.notes).toMatchObject({ name: 'ours', pinned: true });
    expect(shown.experimentText).toContain('dkel');
    expect(shown.checkpoints.length).toBeGreaterThan(0);
    for (const { bytes, savedAt, score } of shown.checkpoints) {
      expect(bytes).toBeGreaterThan(10);
      expect(Date.now() - Date.parse(savedAt ?? '')).toBeLessThan(60_000);
      expect(score).toBeNull();
    }
    const { parameters } = await client.request('runs/parameters', { runs: [id, 'no-such-run'] });
    expect(Object.keys(parameters)).toEqual([id]);
    expect(await client.request('runs/predictions', { run: id })).toEqual({ predictions: null });
    expect(await client.request('runs/views', { run: id })).toEqual({ views: null });
    writeFileSync(join(folder, id, 'predictions.json'), '{"version": 0}');
    expect(await client.request('runs/predictions', { run: id })).toEqual({ predictions: null });
    expect(await client.request('runs/exhibits', { run: id })).toEqual({ exhibits: null });
    writeFileSync(join(folder, id, 'exhibits.json'), '{"version": 1, "step": 3, "exhibits": {}}');
    expect(await client.request('runs/exhibits', { run: id })).toEqual({
      exhibits: { version: 1, step: 3, exhibits: {} },
    });
    writeFileSync(join(folder, id, 'exhibits.json'), '{"version": 2}');
    expect(await client.request('runs/exhibits', { run: id })).toEqual({ exhibits: null });
  });
});

describe('a daemon', () => {
  it('keeps its secrets to the owner', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    await client.whenConnected();
    const state = process.env['DISTILLERY_STATE'] ?? '';
    const { token } = bench.discovery(folder);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    if (process.platform === 'win32') return;
    expect(statSync(state).mode & 0o077).toBe(0);
    for (const name of readdirSync(state)) expect(statSync(join(state, name)).mode & 0o077, name).toBe(0);
  });

  it('ends on SIGTERM and leaves its trainer running', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    const run = await startRun(client, 100_000, { stepMs: 5 });
    await runWhere(client, run, isStatus('running'));
    const { pid } = bench.discovery(folder);
    client.close();
    process.kill(pid, 'SIGTERM');
    await until(() => !isAlive(pid));
    expect(readDiscovery(folder)).toBeNull();
    const runDir = join(folder, run);
    const { step } = await readRun(runDir);
    await until(async () => (await readRun(runDir)).step > step + 10);
    const lease = await readLease(runDir);
    expect(isAlive(lease?.pid ?? 0)).toBe(true);
    // The next daemon finds it as it is, and counts it: nothing else is started beside it.
    const next = bench.client(folder);
    const second = await startRun(next, 5);
    expect((await runWhere(next, run, isStatus('running'))).liveness).toBe('live');
    expect((await runWhere(next, second, () => true)).record.status).toBe('queued');
    await next.request('runs/stop', { run });
    await runWhere(next, second, isStatus('completed'));
  });

  it('that is killed loses nothing of its queue, and nothing is started twice', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    const ids = [
      await startRun(client, 60, { stepMs: 5 }),
      await startRun(client, 5),
      await startRun(client, 5),
    ];
    await runWhere(client, ids[0] ?? '', isStatus('running'));
    process.kill(bench.discovery(folder).pid, 'SIGKILL');
    await until(() => client.link.kind === 'waiting');
    for (const id of ids) {
      await runWhere(client, id, isStatus('completed'));
      expect((await readLease(join(folder, id)))?.attempt).toBe(1);
    }
  });

  it('ends when nobody needs it, not while a run lives', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder, ['--idle', '100']);
    const run = await startRun(client, 400, { stepMs: 5 });
    await runWhere(client, run, isStatus('running'));
    const { pid } = bench.discovery(folder);
    client.close();
    await until(() => !isAlive(pid));
    expect((await readRun(join(folder, run))).status).toBe('completed');
    expect(readDiscovery(folder)).toBeNull();
  });

  it('says in its log what it does', async () => {
    const folder = bench.runsFolder();
    await bench.client(folder).whenConnected();
    // A client that looks for a daemon may be faster than its log.
    await until(() => readFileSync(logPath(folder), 'utf8').includes('serving'));
  });
});
