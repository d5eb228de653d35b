import 'vscode-jsonrpc/node';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Connection } from '../protocol/connection.ts';
import { SeriesMirror } from '../protocol/seriesMirror.ts';
import { webSocketTransport } from '../protocol/transport.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { expectedSeries } from '../store/testing/standInSeries.ts';
import { until } from '../store/testing/until.ts';
import { identity, runWhere, startRun, workbench } from './testing/workbench.ts';

const bench = workbench();
/** As JSON more than the system's buffers between two sockets hold. */
const STEPS = 4_000;
const EXTRA_SERIES = 100;

it('a client that reads nothing for a while gets all points in few messages, and every state of the run', async () => {
  const folder = bench.runsFolder();
  const watching = bench.client(folder);
  await watching.whenConnected();
  const { port, token } = bench.discovery(folder);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { maxPayload: 1 << 28 });
  await new Promise((resolve) => socket.once('open', resolve));
  const slow = new Connection(webSocketTransport(socket));
  await slow.request('hello', { token, protocol: PROTOCOL_VERSION, client: identity });

  const run = await startRun(watching, STEPS, {
    stepMs: 0,
    checkpointEvery: 1_000_000,
    extraSeries: EXTRA_SERIES,
  });
  let quickUpdates = 0;
  watching.follow(run, { maxPoints: 1_000_000, onUpdate: () => quickUpdates++ });
  const mirror = new SeriesMirror();
  let updates = 0;
  const statuses: string[] = [];
  slow.on('series/append', ({ update }) => {
    updates++;
    expect(mirror.apply(update)).toBe(true);
  });
  slow.on('runs/changed', (change) => statuses.push(change.run.record.status));
  const { update } = await slow.request('series/subscribe', { run, since: null, maxPoints: 1_000_000 });
  mirror.apply(update);

  socket.pause();
  await runWhere(watching, run, ({ record }) => record.status === 'completed');
  socket.resume();
  await until(() => mirror.series['schedule/omega']?.steps.at(-1) === STEPS);
  await until(() => statuses.at(-1) === 'completed');
  const seen = mirror.series;
  for (const [tag, { steps, values }] of Object.entries(expectedSeries(STEPS))) {
    expect(seen[tag]?.steps).toEqual(steps);
    expect(seen[tag]?.values).toEqual(values);
  }
  expect(updates).toBeLessThan(0.8 * quickUpdates);
  expect(statuses).toContain('running');
  slow.close();
});
