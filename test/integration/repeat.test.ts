import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repeatRun } from '../../sidecar/launchers/repeatRun.ts';
import { readRun, writeRun } from '../../sidecar/store/runs.ts';
import type { RunRecord } from '../../sidecar/protocol/runRecord.ts';
import { effectiveRun, onlyRun } from '../support/effective.ts';
import { distillery, temporaryFolder } from '../support/processes.ts';
import { unseenData } from '../support/unseenData.ts';

const EXAMPLE = 'examples/synthetic-dkel.distill.yaml';
const SET = ['training.epochs=3', 'checkpoints.every=20', 'training.seed=7', 'checkpoints.keepLast=9'];

interface Made {
  readonly code: number | null;
  readonly stderr: string;
  /** The run directory that came into being; null where none did. */
  readonly runDir: string | null;
}

async function made(folder: string, ...args: string[]): Promise<Made> {
  const before = new Set(readdirSync(folder));
  const { code, stderr } = await distillery(['--runs', folder, ...args]);
  const [name] = readdirSync(folder).filter((each) => !before.has(each) && !each.startsWith('.'));
  return { code, stderr, runDir: name === undefined ? null : join(folder, name) };
}

async function original(name: string, experiment = EXAMPLE): Promise<{ folder: string; runDir: string }> {
  const folder = join(await temporaryFolder(name), 'runs');
  mkdirSync(folder);
  const set = SET.flatMap((each) => ['--set', each]);
  const { code, stderr } = await distillery(['--runs', folder, 'run', experiment, ...set]);
  expect(code, stderr).toBe(0);
  return { folder, runDir: await onlyRun(folder) };
}

/** Says that the run was made otherwise than it was. */
async function pretend(runDir: string, changes: Partial<RunRecord>): Promise<void> {
  writeRun(runDir, { ...(await readRun(runDir)), ...changes });
}

describe('a run that is run again', () => {
  it('is the same, bit for bit, and says of which it is', async () => {
    const { folder, runDir } = await original('again');
    const again = await made(folder, 'again', basename(runDir));
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).not.toMatch(/warn|refuse/u);
    const [first, second] = [await effectiveRun(runDir), await effectiveRun(again.runDir ?? '')];
    expect(second).toEqual(first);
    const record = await readRun(again.runDir ?? '');
    expect(record.provenance?.repeats?.run).toBe(basename(runDir));
    expect(record.provenance?.distillery).toMatch(/^\d+\.\d+\.\d+$/u);
    // And a third time, from the copy.
    const third = await made(folder, 'again', basename(again.runDir ?? ''));
    expect(await effectiveRun(third.runDir ?? '')).toEqual(first);
  });

  it('that began from a checkpoint begins there again, and is refused when that is gone', async () => {
    const { folder, runDir } = await original('again-branch');
    const branch = await made(folder, 'branch', basename(runDir), '--step', '20');
    expect(branch.code, branch.stderr).toBe(0);
    const branchDir = branch.runDir ?? '';
    const again = await made(folder, 'again', basename(branchDir));
    expect(again.code, again.stderr).toBe(0);
    expect(await effectiveRun(again.runDir ?? '')).toEqual(await effectiveRun(branchDir));
    for (const dir of [runDir, branchDir]) rmSync(join(dir, 'checkpoints', 'step-20'), { recursive: true });
    const refused = await made(folder, 'again', basename(branchDir));
    expect(refused).toMatchObject({ code: 2, runDir: null });
    expect(refused.stderr).toMatch(/refuse beginning: .*checkpoint of step 20/u);
  });

  it('warns of what has changed, and only of that', async () => {
    const { runDir } = await original('again-warn');
    const { provenance, environment } = await readRun(runDir);
    await pretend(runDir, {
      environment: { ...environment, node: 'v18.0.0', cpu: 'another' },
      provenance: { ...provenance, distillery: '0.0.1', git: null, gitProblem: null, repeats: null },
    });
    const answer = await repeatRun({ runDir, despite: false, status: 'queued' }, unseenData);
    if (answer.kind !== 'obstructed') throw new Error('nothing was in the way');
    expect(answer.obstacles.map(({ severity, what }) => [severity, what])).toEqual([
      ['warn', 'Distillery'],
      ['warn', 'Node'],
    ]);
    const despite = await repeatRun({ runDir, despite: true, status: 'queued' }, unseenData);
    expect(despite.kind).toBe('ready');
  });

  it('is refused where its settings are not valid any more, or its data are missing', async () => {
    const { folder, runDir } = await original('again-refused');
    const missing = await repeatRun({ runDir, despite: true, status: 'queued' }, () => ({
      kind: 'wrong',
      code: 'dataMissing',
      key: 'name',
      message: 'not installed',
      expected: '',
    }));
    expect(missing).toMatchObject({ kind: 'obstructed', obstacles: [{ severity: 'refuse' }] });
    const file = join(runDir, 'resolved.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('temperature:', 'warmth:'));
    const refused = await made(folder, 'again', basename(runDir));
    expect(refused).toMatchObject({ code: 2, runDir: null });
    expect(refused.stderr).toContain('method.warmth');
  });

  it('ends before its first step where the data are not the same', async () => {
    const { folder, runDir } = await original('again-data');
    const { digests } = await readRun(runDir);
    await pretend(runDir, { digests: { ...digests, data: 'f'.repeat(64) } });
    const again = await made(folder, 'again', basename(runDir));
    expect(again.code).toBe(1);
    expect(await readRun(again.runDir ?? '')).toMatchObject({
      status: 'failed',
      step: 0,
      error: { message: expect.stringContaining('ffffffffffff') as string },
    });
  });
});

describe('what a run tells of its origin', () => {
  it('is the commit, and the changes since, as git applies them', async () => {
    const folder = await temporaryFolder('provenance');
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@y.z', ...args], {
        encoding: 'utf8',
      });
    const experiment = join(folder, 'a.distill.yaml');
    copyFileSync(EXAMPLE, experiment);
    git('init', '-q');
    git('add', 'a.distill.yaml');
    git('commit', '-qm', 'first');
    writeFileSync(experiment, `# changed\n${readFileSync(experiment, 'utf8')}`);
    const changed = readFileSync(experiment);
    const { runDir } = await original('provenance-run', experiment);
    const { provenance } = await readRun(runDir);
    expect(provenance?.git).toMatchObject({
      commit: git('rev-parse', 'HEAD').trim(),
      dirty: true,
      untracked: 0,
    });
    git('checkout', '-q', '--', '.');
    git('apply', join(runDir, provenance?.git?.patch?.file ?? ''));
    expect(readFileSync(experiment)).toEqual(changed);
  });

  it('explains in what two runs differ, the weightiest first', async () => {
    const { folder, runDir } = await original('explain');
    const other = await made(
      folder,
      'run',
      EXAMPLE,
      '--set',
      'training.epochs=2',
      '--set',
      'logging.every=7',
    );
    const otherDir = other.runDir ?? '';
    const { backend, provenance } = await readRun(otherDir);
    await pretend(otherDir, {
      backend: { ...backend, name: 'webgpu', device: 'a GPU', version: 'x' },
      provenance: { distillery: '9.9.9', git: provenance?.git ?? null, gitProblem: null, repeats: null },
    });
    const { stdout } = await distillery([
      ...['--runs', folder, 'explain', basename(runDir), basename(otherDir), '--json'],
    ]);
    const reasons = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { what: string; influence: string });
    expect(reasons.map(({ what, influence }) => `${influence} ${what}`)).toEqual([
      // Synthetic data are drawn from the seed.
      'decides data',
      'decides training.epochs',
      'chance training.seed',
      'rounding backend',
      'rounding backend version',
      'rounding Distillery',
      'rounding device',
      'reporting checkpoints.every',
      'reporting checkpoints.keepLast',
      'reporting logging.every',
    ]);
  });
});
