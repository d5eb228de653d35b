import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LeaseRecord } from '../store/leaseFile.ts';
import { processStart } from '../store/processStart.ts';
import { createStandInRun } from '../store/testing/standInRun.ts';
import { until } from '../store/testing/until.ts';
import { isAlive, runWhere, startRun, workbench } from './testing/workbench.ts';

const bench = workbench();
/** Elsewhere a process does not tell when it began, and nothing is listed. */
const canTell = processStart(process.pid) !== '';

it('tells processes apart by when they began, and knows the dead ones', async () => {
  if (!canTell) return;
  const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
  const start = processStart(child.pid ?? 0);
  expect(start).not.toBe('');
  expect(start).toBe(processStart(child.pid ?? 0));
  expect(start).not.toBe(processStart(process.pid));
  child.kill();
  await once(child, 'exit');
  expect(processStart(child.pid ?? 0)).toBe('');
});

it('a trainer that hangs is listed, and ended only when asked, after asking it', async () => {
  if (!canTell) return;
  const folder = bench.runsFolder();
  const client = bench.client(folder);
  const run = await startRun(client, 100_000, { stepMs: 5 });
  await runWhere(client, run, ({ record }) => record.step > 0);
  const lease = JSON.parse(readFileSync(join(folder, run, 'lease.json'), 'utf8')) as LeaseRecord;
  const { pid } = lease;
  const survivors = async () => (await client.request('system/survivors', {})).survivors;
  const end = { run, pid };
  expect(await survivors()).toEqual([]);
  await expect(client.request('system/endSurvivor', end)).rejects.toMatchObject({ code: 'wrong-state' });
  expect(isAlive(pid)).toBe(true);

  process.kill(pid, 'SIGSTOP');
  await runWhere(client, run, ({ liveness }) => liveness === 'lost');
  const [survivor] = await survivors();
  expect(survivor).toMatchObject(end);
  expect(survivor?.beatAge).toBeGreaterThan(9);
  await expect(client.request('system/endSurvivor', { run, pid: pid + 1 })).rejects.toMatchObject({
    code: 'wrong-state',
  });
  expect(isAlive(pid)).toBe(true);
  expect(await client.request('system/endSurvivor', end)).toEqual({ how: 'killed' });
  await until(() => !isAlive(pid));
  expect(await survivors()).toEqual([]);
  // It could not write its end: nobody writes one in its name.
  expect((await runWhere(client, run, () => true)).liveness).toBe('lost');
});

it('a run is taken from a trainer that hangs by resuming it, and the trainer ends when it wakes', async () => {
  if (!canTell) return;
  const folder = bench.runsFolder();
  const client = bench.client(folder);
  const run = await startRun(client, 3_000, { stepMs: 5, checkpointEvery: 50 });
  await runWhere(client, run, ({ record }) => record.step > 100);
  const held = JSON.parse(readFileSync(join(folder, run, 'lease.json'), 'utf8')) as LeaseRecord;
  process.kill(held.pid, 'SIGSTOP');
  await runWhere(client, run, ({ liveness }) => liveness === 'lost');
  expect((await client.request('system/survivors', {})).survivors).toMatchObject([{ run, pid: held.pid }]);
  expect(await client.request('runs/resume', { run })).toEqual({ how: 'queued' });
  await runWhere(client, run, ({ liveness, record }) => liveness === 'live' && record.status === 'running');
  expect((await client.request('system/survivors', {})).survivors).toEqual([]);
  process.kill(held.pid, 'SIGCONT');
  await until(() => !isAlive(held.pid));
  expect((await runWhere(client, run, () => true)).liveness).toBe('live');
  await client.request('runs/stop', { run });
  await runWhere(client, run, ({ record }) => record.status === 'stopped');
});

it('a silent lease whose number somebody else has by now, or that is too old to tell, is no survivor', async () => {
  const folder = bench.runsFolder();
  const client = bench.client(folder);
  await client.whenConnected();
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
  const held = await startRun(client, 100_000, { stepMs: 5 });
  await runWhere(client, held, ({ record }) => record.step > 0);
  const lease = JSON.parse(readFileSync(join(folder, held, 'lease.json'), 'utf8')) as LeaseRecord;
  for (const started of [lease.started, '']) {
    const { runDir, id } = createStandInRun(folder, 5);
    const record = JSON.parse(readFileSync(join(runDir, 'run.json'), 'utf8')) as object;
    const silent = { ...lease, pid: stranger.pid, started, beat: Date.now() - 60_000 };
    writeFileSync(join(runDir, 'lease.json'), JSON.stringify(silent));
    writeFileSync(join(runDir, 'run.json'), JSON.stringify({ ...record, status: 'running' }));
    await runWhere(client, id, ({ liveness }) => liveness === 'lost');
  }
  expect((await client.request('system/survivors', {})).survivors).toEqual([]);
  expect(isAlive(stranger.pid ?? 0)).toBe(true);
  stranger.kill();
});
