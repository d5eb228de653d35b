import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive, runWhere, startRun, workbench } from '../daemon/testing/workbench.ts';
import type { Discovery } from '../protocol/discovery.ts';
import type { SeriesMirror } from '../protocol/seriesMirror.ts';
import { expectedSeries } from '../store/testing/standInSeries.ts';
import { until } from '../store/testing/until.ts';
import { generationPath, readDiscovery } from './discoveryFile.ts';
import { findOrStart } from './findOrStart.ts';

const bench = workbench();
const identity = { name: 'test', version: '0' };

const lossSteps = (mirror: SeriesMirror): number => mirror.series['train/peer1/loss']?.steps.length ?? 0;

function withoutWalls(mirror: SeriesMirror): unknown {
  return Object.fromEntries(
    Object.entries(mirror.series).map(([tag, { steps, values }]) => [tag, { steps, values }]),
  );
}

describe('a client that follows a run', () => {
  it('sees every point once, NaN and all, while the daemon is killed again and again', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    const run = await startRun(client, 600, { stepMs: 4, checkpointEvery: 50 });
    const follower = client.follow(run, { maxPoints: 100_000 });
    const kinds: string[] = [];
    const late = client.follow(run, { maxPoints: 100_000, onUpdate: ({ kind }) => kinds.push(kind) });
    for (const target of [50, 150, 300]) {
      await until(() => lossSteps(follower.mirror) > target);
      process.kill(bench.discovery(folder).pid, 'SIGKILL');
      await until(() => client.link.kind === 'waiting');
      await until(() => client.link.kind === 'connected');
    }
    const done = await runWhere(client, run, ({ liveness }) => liveness === 'ended');
    expect(done.record).toMatchObject({ status: 'completed', step: 600 });
    // Each follower has an answer of its own, and neither need come first.
    await until(() => lossSteps(follower.mirror) === 600 && lossSteps(late.mirror) === 600);
    expect(withoutWalls(follower.mirror)).toEqual(expectedSeries(600));
    expect(withoutWalls(late.mirror)).toEqual(expectedSeries(600));
    // After each return it asked from where it was: only the first update was everything.
    expect(kinds.filter((kind) => kind === 'snapshot')).toHaveLength(1);
    expect(client.link.kind).toBe('connected');
  });

  it('sees a resumed run continue where its checkpoint was, with the repeated part taken back', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    const run = await startRun(client, 400, { stepMs: 3, checkpointEvery: 60 });
    const follower = client.follow(run, { maxPoints: 100_000 });
    await until(() => lossSteps(follower.mirror) > 100);
    const lease = JSON.parse(readFileSync(join(folder, run, 'lease.json'), 'utf8')) as { pid: number };
    process.kill(lease.pid, 'SIGKILL');
    await runWhere(client, run, ({ liveness }) => liveness === 'lost');
    await client.request('runs/resume', { run });
    await runWhere(client, run, ({ record }) => record.status === 'completed');
    await until(() => lossSteps(follower.mirror) === 400);
    expect(withoutWalls(follower.mirror)).toEqual(expectedSeries(400));
    expect(follower.mirror.seams).toHaveLength(1);
  });

  it('gets few points of a long run, with every extreme and every odd value, and all of a part', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder);
    const run = await startRun(client, 5_000, { stepMs: 0, checkpointEvery: 1_000_000 });
    await runWhere(client, run, ({ record }) => record.status === 'completed');
    const follower = client.follow(run, { maxPoints: 50 });
    await until(() => follower.mirror.offset !== null);
    const { series, complete } = follower.mirror;
    const all = expectedSeries(5_000);
    expect(complete).toBe(false);
    expect(series['train/peer1/loss']?.steps.length).toBeLessThanOrEqual(50);
    expect(Math.max(...(series['train/peer1/loss']?.values ?? []))).toBe(
      Math.max(...(all['train/peer1/loss']?.values ?? [])),
    );
    expect(series['odd/value']?.values).toEqual(all['odd/value']?.values);
    const range = { run, tags: ['schedule/omega'], fromStep: 1000, toStep: 1040, maxPoints: 50 };
    const part = await client.request('series/range', range);
    expect(part.complete).toBe(true);
    expect(part.series['schedule/omega']?.values).toEqual(all['schedule/omega']?.values.slice(999, 1040));
  });
});

describe('one folder', () => {
  it('has one daemon, however many are started at once', async () => {
    const folder = bench.runsFolder();
    const { entry, args = [] } = bench.daemonProgram();
    const all = Array.from({ length: 5 }, () =>
      spawn(process.execPath, [entry, '--runs', folder, ...args], { stdio: 'ignore' }),
    );
    const exits = all.map(async (child) => (await once(child, 'exit')) as [number | null]);
    // Four give way, with exit code 0; whichever stays answers.
    let gone = 0;
    for (const exit of exits) void exit.then(() => gone++);
    await until(() => gone === 4);
    const living = all.filter((child) => child.exitCode === null);
    expect(living.map((child) => child.pid)).toEqual([bench.discovery(folder).pid]);
    const client = bench.client(folder);
    await client.whenConnected();
    expect(bench.discovery(folder).pid).toBe(living[0]?.pid);
  });

  it('reached over a symbolic link is the same folder', async () => {
    const folder = bench.runsFolder();
    const first = bench.client(folder);
    await first.whenConnected();
    const detour = join(bench.root, 'detour');
    symlinkSync(folder, detour);
    const { connection, daemon } = await findOrStart(detour, { identity });
    expect(daemon.runsFolder).toBe(bench.discovery(folder).runsFolder);
    connection.close();
  });

  it('is taken over from a daemon that died, or whose file is rubbish, or whose port is of somebody else', async () => {
    const folder = bench.runsFolder();
    await bench.client(folder).whenConnected();
    const alive = bench.discovery(folder);
    const rubbish: (string | Discovery)[] = [
      '',
      '{"port":',
      { ...alive, port: 9 },
      // The port of a daemon, but not the one that has this token.
      { ...alive, token: 'x'.repeat(43) },
    ];
    for (const content of rubbish) {
      const other = bench.runsFolder();
      const text = typeof content === 'string' ? content : JSON.stringify({ ...content, runsFolder: other });
      writeFileSync(generationPath(other, 7), text);
      const client = bench.client(other);
      await client.whenConnected();
      expect(readDiscovery(other)?.generation).toBe(8);
    }
    expect(isAlive(alive.pid)).toBe(true);
  });

  it('with a stopped daemon gets another one, and the first ends when it wakes', async () => {
    const folder = bench.runsFolder();
    const client = bench.client(folder, [], { heartbeatMs: 300 });
    await client.whenConnected();
    const { pid } = bench.discovery(folder);
    process.kill(pid, 'SIGSTOP');
    await until(() => client.link.kind === 'connected' && bench.discovery(folder).pid !== pid);
    process.kill(pid, 'SIGCONT');
    await until(() => !isAlive(pid));
    expect(isAlive(bench.discovery(folder).pid)).toBe(true);
  });
});

describe('a client', () => {
  it('without leave to start a daemon says that there is none', async () => {
    const folder = bench.runsFolder();
    await expect(findOrStart(folder, { identity })).rejects.toMatchObject({ code: 'disconnected' });
  });

  it('says why a daemon could not be started', async () => {
    const folder = bench.runsFolder();
    mkdirSync(join(bench.root, 'x'), { recursive: true });
    const entry = join(bench.root, 'x', 'no-such-daemon.js');
    await expect(findOrStart(folder, { identity, start: { entry } })).rejects.toThrow(
      /could not be started.*exit code 1/,
    );
  });
});
