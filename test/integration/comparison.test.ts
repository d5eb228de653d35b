import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DaemonClient } from '../../sidecar/client/daemonClient.ts';
import { logPath, readDiscovery } from '../../sidecar/client/discoveryFile.ts';
import { realFolder } from '../../sidecar/client/stateFolder.ts';
import {
  comparisonRequestSchema,
  comparisonSchema,
  type Comparison,
  type ComparisonProgress,
  type Subject,
} from '../../sidecar/protocol/comparison.ts';
import { listCheckpoints } from '../../sidecar/store/checkpoints.ts';
import { atEnd, distillery, startNode, CLI, temporaryFolder } from '../support/processes.ts';
import { until } from '../support/wait.ts';

/** A tiny run; its name. */
async function train(folder: string, ...set: readonly string[]): Promise<string> {
  const before = new Set(readdirSync(folder));
  const settings = ['backend=wasm', 'training.epochs=2', 'checkpoints.every=10', ...set];
  const overrides = settings.flatMap((each) => ['--set', each]);
  const args = ['--runs', folder, 'run', 'examples/synthetic-dkel.distill.yaml', ...overrides];
  const { code, stderr } = await distillery(args);
  expect(code, stderr).toBe(0);
  const [made = ''] = readdirSync(folder).filter((name) => !name.startsWith('.') && !before.has(name));
  return made;
}

/** The process ids of a process's children. */
const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);

const cached = (folder: string): string[] => {
  try {
    return readdirSync(join(folder, '.comparisons'));
  } catch {
    // Nothing was compared yet.
    return [];
  }
};

describe('comparing checkpoints', () => {
  let [folder, a, b] = ['', '', ''];
  beforeAll(async () => {
    folder = await temporaryFolder('compare');
    a = await train(folder);
    b = await train(folder, 'optimizer.learningRate=0.02');
  });
  const compare = (...args: readonly string[]) => distillery(['--runs', folder, 'compare', ...args]);
  const result = async (...args: readonly string[]): Promise<Comparison> => {
    const { code, stdout, stderr } = await compare(...args, '--json');
    expect(code, stderr).toBe(0);
    return comparisonSchema.parse(JSON.parse(stdout));
  };

  it('tells everything of roles of two runs, and the same from the cache without a process', async () => {
    const args = [`${a}:peer1`, `${a}@last:teacher2`, `${b}:ensemble`, `${b}:teacherMean`];
    const first = await result(...args);
    expect(first.subjects.map(({ run, role }) => [run, role])).toEqual([
      [a, 'peer1'],
      [a, 'teacher2'],
      [b, 'ensemble'],
      [b, 'teacherMean'],
    ]);
    expect(first.subjects.map(({ network }) => network?.output ?? null)).toEqual([
      'branch1',
      'branch2',
      'ensemble',
      null,
    ]);
    expect(first.differences.map(({ cka, weights }) => [cka === null, weights === null])).toEqual([
      [false, false],
      [false, false],
      [true, true],
    ]);
    for (const [index, { outcomes, top1, mcnemar }] of first.differences.entries()) {
      expect(Object.values<number>(outcomes).reduce((sum, count) => sum + count, 0)).toBe(first.samples);
      expect(mcnemar).toMatchObject({ onlyReference: outcomes.broken, onlyOther: outcomes.fixed });
      const [reference, own] = [first.subjects[0]?.top1 ?? NaN, first.subjects[index + 1]?.top1 ?? NaN];
      expect(top1).toBeCloseTo(own - reference, 12);
    }
    // Data without pictures have none, and say so.
    expect(first.images.every(({ png, answers }) => png === null && answers.length === 4)).toBe(true);
    const [file = ''] = cached(folder);
    const before = statSync(join(folder, '.comparisons', file));
    const start = Date.now();
    expect(await result(...args)).toEqual(first);
    expect(Date.now() - start).toBeLessThan(3_000);
    expect(statSync(join(folder, '.comparisons', file))).toMatchObject({
      mtimeMs: before.mtimeMs,
      ino: before.ino,
    });
    const { stdout } = await distillery(['--runs', folder, 'list', '--json']);
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  it('turns round with its subjects', async () => {
    const [there, back] = [
      await result(`${a}:peer1`, `${b}:peer1`),
      await result(`${b}:peer1`, `${a}:peer1`),
    ];
    const [x, y] = [there.differences[0], back.differences[0]];
    expect(y?.top1).toBeCloseTo(-(x?.top1 ?? NaN), 12);
    expect(y?.interval.low).toBeCloseTo(-(x?.interval.high ?? NaN), 12);
    expect(y?.mcnemar.p).toBe(x?.mcnemar.p);
    expect(y?.cka?.[0]?.[1]).toBeCloseTo(x?.cka?.[1]?.[0] ?? NaN, 12);
    expect(y?.weights?.tensors.map(({ distance }) => distance)).toEqual(
      x?.weights?.tensors.map(({ distance }) => distance),
    );
  });

  it('finds a network equal to itself, and the best role by itself', async () => {
    const self = await result(`${a}@last:peer2`, `${a}@last:peer2`);
    const [difference] = self.differences;
    expect(difference).toMatchObject({ top1: 0, interval: { low: 0, high: 0 }, mcnemar: { p: 1 } });
    for (const [index, row] of (difference?.cka ?? []).entries()) expect(row[index]).toBeCloseTo(1, 12);
    expect(difference?.weights?.tensors.every(({ distance }) => distance === 0)).toBe(true);
    const best = await result(a, `${a}:peer1`);
    expect(best.subjects[0]?.role).toMatch(/^teacher\d$/u);
  });

  it('writes tables for people and papers', async () => {
    const out = join(folder, 'x.md');
    const { code, stdout } = await compare(`${a}:peer1`, `${b}:peer1`);
    expect(code).toBe(0);
    expect(stdout).toContain('McNemar p');
    expect((await compare(`${a}:peer1`, `${b}:peer1`, '--out', out)).code).toBe(0);
    const markdown = readFileSync(out, 'utf8');
    expect(markdown).toMatch(/^# Comparison of checkpoints\n/u);
    expect(markdown).toContain('| trunk/hidden/0.dense/kernel |');
    for (const line of markdown.split('\n').filter((each) => each.startsWith('|')))
      expect(line, line).toMatch(/ \|$/u);
  });

  it('computes anew what is broken in the cache, and what is asked for anew', async () => {
    const args = [`${a}:peer1`, `${a}:peer3`];
    const known = new Set(cached(folder));
    const first = await result(...args);
    const file = join(folder, '.comparisons', cached(folder).find((name) => !known.has(name)) ?? '');
    writeFileSync(file, '{"version": 1');
    const second = await result(...args);
    expect(second.computedAt > first.computedAt).toBe(true);
    const without = ({ differences, agreement, images }: Comparison) => ({ differences, agreement, images });
    expect(without(second)).toEqual(without(first));
    expect((await result(...args, '--fresh')).computedAt > second.computedAt).toBe(true);
  });

  it('warns of samples that a subject was trained on; the test split is clean', async () => {
    const held = await train(folder, 'training.validation=0.5');
    const leaking = await result(`${held}:peer1`, `${a}:peer1`);
    const { samples } = leaking;
    const [warning, ...others] = leaking.warnings;
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ kind: 'leak', subject: 1 });
    const known = warning?.kind === 'leak' ? warning.samples : NaN;
    // The splits are nested: one holds out twice as many.
    expect(known).toBe(samples - (await result(`${a}:peer1`, `${held}:peer1`)).samples);
    expect((await result(`${a}:peer1`, `${held}:peer1`)).warnings).toEqual([]);
    expect((await result(`${held}:peer1`, `${a}:peer1`, '--split', 'test')).warnings).toEqual([]);
    expect((await compare(`${held}:peer1`, `${a}:peer1`)).stdout).toContain('was trained on');
  });

  it('says what differs where data are not the same, and what is not there', async () => {
    const refused = async (message: string, ...args: readonly string[]) => {
      const { code, stderr } = await compare(...args);
      expect(stderr).toContain(message);
      expect(code).toBe(2);
    };
    const classes = await train(folder, 'dataset.classes=3');
    const seed = await train(folder, 'training.seed=7');
    const width = await train(folder, 'dataset.shape=[9]');
    await refused('different data: number of classes 4 and 3', a, classes);
    await refused('drawn from the seed', a, seed);
    await refused('samples of shape 8 and 9', a, width);
    await refused('has no role peer9', `${a}:peer9`, b);
    await refused('has no checkpoint 7', `${a}@7`, b);
    await refused('names no checkpoint', `${a}@new`, b);
    await refused('There is no run', a, 'nothing');
    await refused('Two to 8', a);
    await refused('--split', a, b, '--split', 'train');
    const broken = await train(folder);
    const last = (await listCheckpoints(join(folder, broken))).at(-1);
    writeFileSync(join(last?.path ?? '', 'student', 'weights.bin'), 'broken');
    await refused('does not have its digest', `${broken}@last:peer1`, `${a}:peer1`);
  });

  it('ends by Ctrl-C', async () => {
    const { child, finished } = startNode([CLI, '--runs', folder, 'compare', a, b, '--fresh']);
    await until(
      () => childrenOf(child.pid ?? 0),
      (children) => children.length === 1,
    );
    const [worker = ''] = childrenOf(child.pid ?? 0);
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect([code, stderr.trim().split('\n').at(-1)]).toEqual([3, 'cancelled']);
    expect(() => process.kill(Number(worker), 0)).toThrow();
  });
});

describe('comparing checkpoints by way of the daemon', () => {
  it('shares one process, queues others, and ends it when nobody waits any more', async () => {
    const folder = await temporaryFolder('compare-daemon');
    const run = await train(folder, 'dataset.samples=4000', 'training.validation=2000');
    process.env['DISTILLERY_STATE'] = await temporaryFolder('compare-state');
    const connect = () => {
      const client = new DaemonClient(folder, {
        identity: { name: 'test', version: '0' },
        start: { entry: resolve('dist/sidecar/daemon.js') },
      });
      atEnd(() => {
        client.close();
      });
      return client;
    };
    const [one, two] = [connect(), connect()];
    await Promise.all([one.whenConnected(), two.whenConnected()]);
    const daemon = readDiscovery(realFolder(folder))?.discovery?.pid ?? 0;
    atEnd(() => {
      process.kill(daemon, 'SIGTERM');
    });
    const started = () => readFileSync(logPath(realFolder(folder)), 'utf8').split(' comparing ').length - 1;
    const subject = (role: string): Subject => ({ run: basename(run), checkpoint: 'last', role });
    const request = (other: string, resamples = 500) =>
      comparisonRequestSchema.parse({ subjects: [subject('peer1'), subject(other)], resamples });
    const ask = (client: DaemonClient, id: string, other: string, resamples?: number, signal?: AbortSignal) =>
      client.request(
        'checkpoints/compare',
        { id, request: request(other, resamples), fresh: false },
        { deadlineMs: 120_000, ...(signal ? { signal } : {}) },
      );

    // Two who ask the same, one who asks something else: two processes, one after the other.
    const told: { id: string; progress: ComparisonProgress }[] = [];
    two.on('comparison/progress', (each) => told.push(each));
    const most = { children: 0 };
    const watching = setInterval(() => {
      most.children = Math.max(most.children, childrenOf(daemon).length);
    }, 20);
    const [first, same, other] = await Promise.all([
      ask(one, 'a', 'peer2'),
      ask(two, 'b', 'peer2'),
      ask(two, 'c', 'peer3'),
    ]);
    clearInterval(watching);
    expect(most.children).toBe(1);
    expect(same.comparison).toEqual(first.comparison);
    expect([first.cached, other.cached, started()]).toEqual([false, false, 2]);
    const whats = (id: string) => new Set(told.flatMap((each) => (each.id === id ? each.progress.what : [])));
    expect([...whats('b')]).toEqual(expect.arrayContaining(['answers', 'networks', 'statistics']));
    expect([...whats('c')][0]).toBe('queued');
    expect((await ask(one, 'd', 'peer2')).cached).toBe(true);
    expect(started()).toBe(2);

    // A long one: the process lives as long as anybody waits.
    const [leave, leaveToo] = [new AbortController(), new AbortController()];
    const long = [
      ask(one, 'e', 'teacher1', 100_000, leave.signal),
      ask(two, 'f', 'teacher1', 100_000, leaveToo.signal),
    ].map((each) =>
      each
        .then(() => 'answered')
        .catch((error: unknown) => z.looseObject({ code: z.string() }).parse(error).code),
    );
    await until(
      () => told.at(-1),
      (last) => last?.id === 'f' && last.progress.what === 'statistics',
    );
    const [worker = ''] = childrenOf(daemon);
    leave.abort();
    expect(await long[0]).toBe('cancelled');
    expect((await one.request('system/heartbeat', {})).time).toBeGreaterThan(0);
    expect(childrenOf(daemon)).toEqual([worker]);
    leaveToo.abort();
    expect(await long[1]).toBe('cancelled');
    await until(
      () => childrenOf(daemon),
      (children) => children.length === 0,
      5_000,
    );

    // Whoever disconnects waits no more either.
    const gone = connect();
    ask(gone, 'g', 'teacher2', 100_000).catch(() => undefined);
    await until(
      () => childrenOf(daemon),
      (children) => children.length === 1,
    );
    gone.close();
    await until(
      () => childrenOf(daemon),
      (children) => children.length === 0,
      5_000,
    );
    await expect(ask(one, 'h', 'peer9')).rejects.toMatchObject({ code: 'wrong-state' });
  });
});
