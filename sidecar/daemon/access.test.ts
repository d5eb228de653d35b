import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { comparisonRequestSchema } from '../protocol/comparison.ts';
import { accessTo, requests, type RequestMethod } from '../protocol/messages.ts';
import { createStandInRun } from '../store/testing/standInRun.ts';
import { until } from '../store/testing/until.ts';
import { isAlive, runWhere, workbench } from './testing/workbench.ts';

const bench = workbench();
const changing = (Object.keys(requests) as RequestMethod[]).filter((method) => accessTo(method) === 'full');

/** Parameters that fit each changing method's schema; none of them would do anything good. */
const params = {
  run: 'r',
  step: 0,
  pid: 1,
  overrides: [],
  despite: false,
  changes: { pinned: true },
  runs: 'stop',
  id: 'i',
  request: comparisonRequestSchema.parse({
    subjects: ['peer1', 'peer2'].map((role) => ({ run: 'r', checkpoint: 'best', role })),
  }),
  fresh: false,
  file: '/x.distill.yaml',
  dataset: {},
  source: { kind: 'text', text: '{}', fileName: 'x.distill.json' },
} as never;

describe('a client that may only read', () => {
  it('is refused everything that changes something, and may see the rest', async () => {
    const client = bench.client(bench.runsFolder(), [], { access: 'read' });
    expect(changing).toHaveLength(13);
    for (const method of changing)
      await expect(client.request(method, params), method).rejects.toMatchObject({ code: 'read-only' });
    expect((await client.request('runs/list', {})).runs).toEqual([]);
  });

  it('sees a run that was queued before it, and starts it no more than the daemon does by itself', async () => {
    const folder = bench.runsFolder();
    const { id } = createStandInRun(folder, 5);
    const reader = bench.client(folder, [], { access: 'read' });
    await runWhere(reader, id, ({ record }) => record.status === 'queued');
    // The queue is looked at every second.
    await pause(2_500);
    await runWhere(reader, id, ({ record }) => record.status === 'queued');
    await expect(reader.request('runs/stop', { run: id })).rejects.toMatchObject({ code: 'read-only' });
    await bench.client(folder).whenConnected();
    await runWhere(reader, id, ({ record }) => record.status === 'completed');
  });

  it('leaves no daemon behind, though runs are queued', async () => {
    const folder = bench.runsFolder();
    createStandInRun(folder, 5);
    const reader = bench.client(folder, ['--idle', '100'], { access: 'read' });
    await reader.whenConnected();
    const { pid } = bench.discovery(folder);
    reader.close();
    await until(() => !isAlive(pid));
  });
});
