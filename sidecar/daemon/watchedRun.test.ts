import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../protocol/runRecord.ts';
import { createRun, writeRun } from '../store/runs.ts';
import { sampleRun } from '../store/testing/sampleRun.ts';
import { temporaryFolder } from '../store/testing/temporaryFolder.ts';
import { WatchedRun } from './watchedRun.ts';

const root = temporaryFolder();
const HOUR_MS = 3_600_000;

function make(): { runDir: string; run: WatchedRun; beat: (beat: number) => void } {
  const { runDir, record } = createRun(mkdtempSync(join(root, 'runs-')), sampleRun);
  writeRun(runDir, { ...record, status: 'running' });
  const beat = (time: number): void => {
    const lease = { attempt: 1, host: 'elsewhere', pid: 1, token: 't', beat: time };
    writeFileSync(join(runDir, 'lease.json'), JSON.stringify(lease));
  };
  return { runDir, run: new WatchedRun(record.id, runDir), beat };
}

describe('a watched run', () => {
  it('lives when its beat goes on, whatever the clock of its host says', async () => {
    const { run, beat } = make();
    const theirs = Date.now() - HOUR_MS;
    beat(theirs);
    await run.refresh();
    expect(run.summary()?.liveness).toBe('lost');
    beat(theirs + 2_000);
    expect(await run.refresh()).toBe(true);
    expect(run.summary()).toMatchObject({ liveness: 'live' });
    expect(run.summary()?.beatAge).toBeLessThan(10);
  });

  it('is not lost while it is looked at for the first time', async () => {
    const { runDir, run, beat } = make();
    const record = JSON.parse(readFileSync(join(runDir, 'run.json'), 'utf8')) as RunRecord;
    const old = new Date(Date.now() - HOUR_MS).toISOString();
    writeFileSync(join(runDir, 'run.json'), JSON.stringify({ ...record, createdAt: old }));
    beat(Date.now());
    const seen = new Set<string | undefined>();
    const look = { isOver: false };
    const looked = run.refresh().finally(() => (look.isOver = true));
    while (!look.isOver) {
      seen.add(run.summary()?.liveness);
      await new Promise(setImmediate);
    }
    await looked;
    seen.add(run.summary()?.liveness);
    expect(seen).toEqual(new Set([undefined, 'live']));
  });

  it('says nothing when nothing changed', async () => {
    const { run, beat } = make();
    beat(Date.now());
    expect(await run.refresh()).toBe(true);
    expect(await run.refresh()).toBe(false);
  });

  it('keeps what it knew of a file that cannot be read, and reports it', async () => {
    const { runDir, run } = make();
    await run.refresh();
    writeFileSync(join(runDir, 'notes.json'), '{"name":');
    writeFileSync(join(runDir, 'run.json'), '{}');
    await run.refresh();
    expect(run.summary()?.record.status).toBe('running');
    expect(run.summary()?.problems).toHaveLength(2);
    rmSync(join(runDir, 'notes.json'));
    await run.refresh();
    expect(run.summary()?.problems).toHaveLength(1);
  });
});
