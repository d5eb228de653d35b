import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLease } from '../store/leaseFile.ts';
import { readRun } from '../store/runs.ts';
import { listCheckpoints } from '../store/checkpoints.ts';
import { until } from '../store/testing/until.ts';
import { isAlive, runWhere, startRun, workbench } from './testing/workbench.ts';

const bench = workbench();

describe('a daemon that is told to end', () => {
  it('stops all runs first when asked to, with a checkpoint, and leaves no process', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder, ['--parallelism', '2']);
    const [live, starting, queued] = [
      await startRun(client, 100_000, { stepMs: 2, checkpointEvery: 1_000_000 }),
      await startRun(client, 100_000, { stepMs: 2, checkpointEvery: 1_000_000 }),
      await startRun(client, 10),
    ];
    await runWhere(client, live, ({ record }) => record.step > 0);
    const { pid } = bench.discovery(folder);
    const { stopped, stillRunning } = await client.request('system/shutdown', { runs: 'stop' });
    expect(stopped.sort()).toEqual([live, starting, queued].sort());
    expect(stillRunning).toEqual([]);
    // Else this client would start the next one.
    client.close();
    await until(() => !isAlive(pid));
    for (const id of [live, starting, queued]) {
      expect((await readRun(join(folder, id))).status).toBe('stopped');
      const lease = await readLease(join(folder, id));
      if (id !== queued) await until(() => !isAlive(lease?.pid ?? 0));
    }
    expect(await listCheckpoints(join(folder, live))).toHaveLength(1);
  });

  it('leaves the runs as they are when asked to', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    const run = await startRun(client, 100_000, { stepMs: 5 });
    await runWhere(client, run, ({ record }) => record.status === 'running');
    const { pid } = bench.discovery(folder);
    expect(await client.request('system/shutdown', { runs: 'leave' })).toEqual({
      stopped: [],
      stillRunning: [],
    });
    client.close();
    await until(() => !isAlive(pid));
    expect(isAlive((await readLease(join(folder, run)))?.pid ?? 0)).toBe(true);
  });
});
