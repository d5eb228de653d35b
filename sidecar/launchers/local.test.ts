import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRun } from '../store/runs.ts';
import { bundle } from '../store/testing/nodeProgram.ts';
import { createStandInRun, STAND_IN_TRAINER } from '../store/testing/standInRun.ts';
import { temporaryFolder } from '../store/testing/temporaryFolder.ts';
import { localLauncher } from './local.ts';

const root = temporaryFolder();
let trainerEntry = '';
beforeAll(async () => {
  trainerEntry = await bundle(STAND_IN_TRAINER, root);
});

describe('the local launcher', () => {
  it('runs a trainer to its end, in a session of its own', async () => {
    const { runDir } = createStandInRun(mkdtempSync(join(root, 'runs-')), 20, { stepMs: 1 });
    const started = await localLauncher({ trainerEntry }).launch(runDir);
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${started.name}/stat`, 'utf8');
      const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      expect(session).toBe(started.name);
    }
    expect(await started.ended).toEqual({ code: 0, signal: null });
    expect(await readRun(runDir)).toMatchObject({ status: 'completed', step: 20 });
  });

  it('keeps what a failing trainer said, and says how it ended', async () => {
    const { runDir } = createStandInRun(mkdtempSync(join(root, 'runs-')), 20, { crashAtStart: true });
    writeFileSync(join(runDir, 'log.txt'), 'earlier attempt\n');
    const started = await localLauncher({ trainerEntry }).launch(runDir);
    expect((await started.ended).code).not.toBe(0);
    const log = readFileSync(join(runDir, 'log.txt'), 'utf8');
    expect(log).toMatch(/^earlier attempt\n/);
    expect(log).toContain('told to crash');
  });

  it('throws when there is nothing to run', async () => {
    const { runDir } = createStandInRun(mkdtempSync(join(root, 'runs-')), 1);
    const launcher = localLauncher({ trainerEntry, executable: join(root, 'no-such-node') });
    await expect(launcher.launch(runDir)).rejects.toThrow(/ENOENT/);
  });
});
