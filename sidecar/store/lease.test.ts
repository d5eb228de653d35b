import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Lease } from './lease.ts';
import { readLease, type LeaseRecord } from './leaseFile.ts';
import { bundle } from './testing/nodeProgram.ts';
import { temporaryFolder } from './testing/temporaryFolder.ts';

const root = temporaryFolder();
const runFolder = (): string => mkdtempSync(join(root, 'run-'));

let contender = '';
beforeAll(async () => {
  contender = await bundle(new URL('testing/leaseContender.ts', import.meta.url), root);
});

interface Contender {
  process: ChildProcess;
  /** What it says next. */
  line(): Promise<string>;
}
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function start(runDir: string, goFile: string): Contender {
  const child = spawn(process.execPath, [contender, runDir, goFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { process: child, line: async () => String((await lines.next()).value) };
}

async function race(runDir: string, count: number): Promise<{ winners: Contender[]; says: string[] }> {
  const goFile = join(mkdtempSync(join(root, 'go-')), 'go');
  const contenders = Array.from({ length: count }, () => start(runDir, goFile));
  for (const each of contenders) expect(await each.line()).toBe('ready');
  writeFileSync(goFile, '');
  const says = await Promise.all(contenders.map((each) => each.line()));
  return { winners: contenders.filter((_, index) => says[index]?.startsWith('won')), says };
}

function change(runDir: string, changes: Partial<LeaseRecord>): void {
  const path = join(runDir, 'lease.json');
  const record = JSON.parse(readFileSync(path, 'utf8')) as LeaseRecord;
  writeFileSync(path, JSON.stringify({ ...record, ...changes }));
}

describe('a lease', () => {
  it('goes to exactly one of racing processes, and to one again after that one was killed', async () => {
    const runDir = runFolder();
    for (let attempt = 1; attempt <= 4; attempt++) {
      const { winners, says } = await race(runDir, 6);
      expect(says.sort()).toEqual([...Array<string>(5).fill('lease-held'), `won ${attempt}`]);
      expect(await readLease(runDir)).toMatchObject({ attempt, pid: winners[0]?.process.pid });
      winners[0]?.process.kill('SIGKILL');
      await once(winners[0]?.process as ChildProcess, 'exit');
    }
  });

  it('is refused while its holder lives, and handed on when it is given back', async () => {
    const runDir = runFolder();
    const first = await Lease.acquire(runDir);
    await expect(Lease.acquire(runDir)).rejects.toMatchObject({ code: 'lease-held' });
    first.release();
    expect(() => {
      first.check();
    }).toThrow(/no longer holds/);
    const second = await Lease.acquire(runDir);
    expect(second.attempt).toBe(2);
    second.release();
  });

  it('of a stopped process is taken over, and that process ends itself when it wakes', async () => {
    const runDir = runFolder();
    const { winners } = await race(runDir, 1);
    const stopped = winners[0] as Contender;
    stopped.process.kill('SIGSTOP');
    change(runDir, { beat: Date.now() - 60_000 });
    const successor = await Lease.acquire(runDir, { watchMs: 50 });
    expect(successor.attempt).toBe(2);
    stopped.process.kill('SIGCONT');
    expect(await stopped.line()).toBe('lease-lost');
    expect(await readLease(runDir)).toMatchObject({ attempt: 2, pid: process.pid });
    successor.check();
    successor.release();
  });

  it('that only looks silent, because clocks differ, is left alone', async () => {
    const runDir = runFolder();
    const holder = await Lease.acquire(runDir);
    change(runDir, { host: 'elsewhere', beat: Date.now() - 60_000 });
    const taking = Lease.acquire(runDir, { watchMs: 200 });
    change(runDir, { host: 'elsewhere', beat: Date.now() - 59_000 });
    await expect(taking).rejects.toMatchObject({ code: 'lease-held' });
    holder.release();
  });

  it('of a dead process elsewhere is taken over once it stays silent', async () => {
    const runDir = runFolder();
    (await Lease.acquire(runDir)).release();
    change(runDir, { host: 'elsewhere', released: false, beat: Date.now() - 60_000 });
    const successor = await Lease.acquire(runDir, { watchMs: 50 });
    expect(successor.attempt).toBe(2);
    successor.release();
  });

  it('survives a claimer that died before writing its lease, and an unreadable beat', async () => {
    const runDir = runFolder();
    const first = await Lease.acquire(runDir);
    first.release();
    // Claimed attempt 2 and was killed at once: its pid is of nobody.
    const { pid } = spawn(process.execPath, ['-e', '']);
    const dead = { ...(await readLease(runDir)), attempt: 2, released: false, beat: Date.now(), pid };
    writeFileSync(join(runDir, '.lease', '2.json'), JSON.stringify(dead));
    await expect
      .poll(async () => {
        const lease = await Lease.acquire(runDir).catch(() => null);
        lease?.release();
        return lease?.attempt;
      })
      .toBe(3);
    // A power cut took the beat; the claim still tells the number and who made it.
    writeFileSync(join(runDir, 'lease.json'), '');
    expect(await readLease(runDir)).toBeNull();
    await expect(Lease.acquire(runDir)).rejects.toMatchObject({ code: 'lease-held' });
    writeFileSync(join(runDir, '.lease', '3.json'), '');
    const next = await Lease.acquire(runDir);
    expect(next.attempt).toBe(4);
    next.release();
  });

  it('is lost when its run directory was taken away', async () => {
    const runDir = runFolder();
    const lease = await Lease.acquire(runDir);
    rmSync(runDir, { recursive: true });
    mkdirSync(runDir);
    expect(() => {
      lease.check();
    }).toThrow(/no longer holds/);
    lease.release();
  });

  it('is renewed by its own thread while this one computes, and stays released after the end', async () => {
    const runDir = runFolder();
    const heart = pathToFileURL(await bundle(new URL('leaseHeart.ts', import.meta.url), root));
    const lease = await Lease.acquire(runDir, { heart });
    const { beat } = (await readLease(runDir)) as LeaseRecord;
    // Nothing of this thread runs meanwhile, as in a long training step.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
    expect(((await readLease(runDir)) as LeaseRecord).beat).toBeGreaterThan(beat);
    lease.release();
    await pause(2_500);
    expect(await readLease(runDir)).toMatchObject({ released: true, attempt: 1 });
  });
});
