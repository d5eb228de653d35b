import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readControl, requestCheckpoint, setWanted } from './control.ts';
import { livenessOf } from './liveness.ts';
import { annotate, readNotes } from './notes.ts';
import {
  createRun,
  experimentFile,
  listRuns,
  readResolved,
  readRun,
  RESOLVED_FILE,
  writeRun,
  type NewRun,
} from './runs.ts';
import { sampleRun } from './testing/sampleRun.ts';
import { temporaryFolder } from './testing/temporaryFolder.ts';

const root = temporaryFolder();
const runsFolder = (): string => mkdtempSync(join(root, 'runs-'));
const now = new Date('2026-11-23T15:30:07.123Z');
const create = (folder: string, changes: Partial<NewRun> = {}): ReturnType<typeof createRun> =>
  createRun(folder, { ...sampleRun, now, ...changes });

describe('a new run', () => {
  it('has a name that tells what it is, and begins queued', () => {
    const { runDir, record } = create(join(runsFolder(), 'not', 'yet', 'there'));
    expect(basename(runDir)).toMatch(/^2026-11-23T15-30-07_dkel_resnet8_mnist_s42_[0-9a-hjkmnp-tv-z]{4}$/);
    expect(record).toMatchObject({
      id: basename(runDir),
      status: 'queued',
      step: 0,
      createdAt: now.toISOString(),
    });
  });

  it('keeps the user text byte for byte, under the name of its kind', () => {
    const experimentText = '# mine\r\nmethod: {name: dkel}   \n';
    const { runDir } = create(runsFolder(), { experimentText });
    expect(readFileSync(experimentFile(runDir), 'utf8')).toBe(experimentText);
    const json = create(runsFolder(), { experimentText: '{}', experimentFileName: 'a.distill.json' });
    expect(basename(experimentFile(json.runDir))).toBe('experiment.json');
  });

  it('never shares a directory, and never leaves a temporary file', () => {
    const folder = runsFolder();
    const ids = Array.from({ length: 200 }, () => create(folder).record.id);
    expect(new Set(ids).size).toBe(200);
    expect(readdirSync(folder).sort()).toEqual(ids.sort());
    expect(readdirSync(join(folder, ids[0] ?? '')).sort()).toEqual([
      'experiment.yaml',
      'resolved.yaml',
      'run.json',
    ]);
  });

  it('is there whole or not at all', async () => {
    const folder = runsFolder();
    const checkpoint = { step: 7, files: new Map([['../outside', Buffer.from('x')]]) };
    expect(() => create(folder, { checkpoint })).toThrow(/cannot be a file/);
    expect(readdirSync(folder)).toEqual([]);
    // What a maker that was killed left behind has a hidden name.
    mkdirSync(join(folder, '.run.0123456789ab.tmp'));
    expect(await listRuns(folder)).toEqual({ runs: [], problems: [] });
  });

  it('turns odd names into one word', () => {
    const { record } = create(runsFolder(), {
      record: { ...sampleRun.record, method: '../é vil', model: '', dataset: 'a/b\\c' },
    });
    expect(record.id).toMatch(/_e-vil_x_a-b-c_s42_/);
  });
});

describe('run.json', () => {
  it('comes back as written, non-finite numbers and unknown keys included', async () => {
    const { runDir, record } = create(runsFolder());
    const changed = {
      ...record,
      status: 'failed' as const,
      best: { series: 's', value: NaN, step: 3, better: 'higher' as const },
      test: { peer1: { top1: Infinity } },
      fromTheFuture: { x: 1 },
    };
    writeRun(runDir, changed);
    expect(await readRun(runDir)).toEqual(changed);
    expect(readFileSync(join(runDir, 'run.json'), 'utf8')).toContain('"value": "NaN"');
  });
});

describe('resolved.yaml', () => {
  it('that is gone is told with what to do next', async () => {
    const { runDir } = create(runsFolder());
    expect(await readResolved(runDir)).not.toBe('');
    rmSync(join(runDir, RESOLVED_FILE));
    await expect(readResolved(runDir)).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining(RESOLVED_FILE) as string,
      next: expect.stringContaining('experiment file') as string,
    });
  });
});

describe('listing', () => {
  it('reports what is no run and shows the others, oldest first', async () => {
    const folder = runsFolder();
    const late = create(folder, { now: new Date('2026-12-01T00:00:00Z') });
    const early = create(folder);
    mkdirSync(join(folder, 'photos'));
    mkdirSync(join(folder, '.trash'));
    writeFileSync(join(folder, 'stray.txt'), '');
    const broken = create(folder, { now: new Date('2027-01-01T00:00:00Z') });
    writeFileSync(join(broken.runDir, 'run.json'), '{"version": 1, "status": "dancing"}');
    const { runs, problems } = await listRuns(folder);
    expect(runs.map(({ record }) => record.id)).toEqual([early.record.id, late.record.id]);
    expect(problems.map(({ name }) => name)).toEqual([broken.record.id, 'photos']);
    expect(problems[0]?.message).toContain('status');
    expect(await listRuns(join(folder, 'missing'))).toEqual({ runs: [], problems: [] });
  });
});

describe('control', () => {
  it('wants a run to run until somebody says otherwise, and counts checkpoints', () => {
    const { runDir } = create(runsFolder());
    expect(readControl(runDir)).toMatchObject({ want: 'run', checkpoint: 0 });
    requestCheckpoint(runDir, 'cli');
    setWanted(runDir, 'pause', 'daemon');
    requestCheckpoint(runDir, 'cli');
    expect(readControl(runDir)).toEqual({ want: 'pause', checkpoint: 2, by: 'cli' });
  });

  it('is never obeyed when it cannot be read', () => {
    const { runDir } = create(runsFolder());
    writeFileSync(join(runDir, 'control.json'), '{"want": "explode"}');
    expect(() => readControl(runDir)).toThrow(/not a valid control\.json/);
  });
});

describe('notes', () => {
  it('change field by field', async () => {
    const { runDir } = create(runsFolder());
    await annotate(runDir, { name: 'baseline', tags: ['a'] });
    await annotate(runDir, { pinned: true });
    expect(await readNotes(runDir)).toEqual({
      name: 'baseline',
      tags: ['a'],
      note: '',
      pinned: true,
      hidden: false,
    });
  });

  it('are not overwritten when they cannot be read', async () => {
    const { runDir } = create(runsFolder());
    writeFileSync(join(runDir, 'notes.json'), 'half a no');
    await expect(annotate(runDir, { pinned: true })).rejects.toMatchObject({ code: 'invalid-file' });
    expect(readFileSync(join(runDir, 'notes.json'), 'utf8')).toBe('half a no');
  });
});

describe('liveness', () => {
  const { record } = create(runsFolder());
  const at = now.getTime();
  const holder = { host: 'h', pid: 1, pidNamespace: '', started: '', token: 't' };
  const lease = { attempt: 1, ...holder, beat: at, released: false };

  it('is lost when no beat came for ten seconds and no end was written', () => {
    for (const status of ['preparing', 'running', 'paused'] as const) {
      const run = { ...record, status };
      expect(livenessOf(run, lease, at + 10_000)).toEqual({ liveness: 'live', beatAge: 10 });
      expect(livenessOf(run, lease, at + 10_001).liveness).toBe('lost');
      expect(livenessOf(run, { ...lease, released: true }, at).liveness).toBe('lost');
      expect(livenessOf(run, null, at).liveness).toBe('live');
      expect(livenessOf(run, null, at + 10_001).liveness).toBe('lost');
    }
  });

  it('is not asked of runs that wait or have ended', () => {
    expect(livenessOf(record, null, at + 1e9).liveness).toBe('queued');
    expect(livenessOf({ ...record, status: 'stopped' }, lease, at + 1e9).liveness).toBe('ended');
  });
});
