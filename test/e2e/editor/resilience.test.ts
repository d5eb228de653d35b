import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { daemonOf } from '../../support/daemons.ts';
import { whyNoEditor } from '../../support/editor.ts';
import { editorScene } from '../../support/editorScene.ts';
import { effectiveSeries } from '../../support/effective.ts';
import { newRun, recordOf, runNames, untilStatus } from '../../support/runsFolder.ts';
import { until } from '../../support/wait.ts';

/** Long enough for whatever is done to it. */
const EXPERIMENT = `dataset: { name: synthetic }
models: { default: { name: mlp } }
method: { name: dkel }
training: { epochs: 100000, batchSize: 64 }
logging: { every: 5 }
checkpoints: { every: 50 }
`;

/** How long the window stays closed; the claim of a minute is checked by `DISTILLERY_AWAY_SECONDS=60`. */
const AWAY_MS = 1000 * Number(process.env['DISTILLERY_AWAY_SECONDS'] ?? '10');

/** What the user is told when parts of it die, or the window does. Real processes, killed. */
describe.skipIf(whyNoEditor() !== null)('an editor whose parts die', () => {
  let run = '';
  const scene = editorScene('resilience', ({ folder }) => {
    writeFileSync(join(folder, 'long.distill.yaml'), EXPERIMENT);
  });

  const newestWall = async (of = scene.window): Promise<number> =>
    Number(await of.dashboard.locator('html').getAttribute('data-newest-wall'));
  const advances = async (of = scene.window): Promise<void> => {
    const before = await newestWall(of);
    await until(
      () => newestWall(of),
      (now) => now > before,
      30_000,
    );
  };
  const trainers = (): number[] => scene.editor.processes(/trainer\.js/u).map(({ pid }) => pid);

  beforeAll(async () => {
    await scene.window.openFile('long.distill.yaml');
    await scene.window.command('Distillery: Start Run');
    run = await newRun(scene.runs);
    await scene.window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
  });

  it('goes on while the window is reloaded, and shows the same run again', async () => {
    const [trainer] = trainers();
    await scene.window.reload();
    await scene.window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
    await advances();
    expect(trainers()).toEqual([trainer]);
  });

  it('goes on while the window is closed, and shows every step that was missed', async () => {
    const [trainer] = trainers();
    await scene.window.close();
    const left = recordOf(scene.runs, run).step;
    await pause(AWAY_MS);
    scene.window = await scene.anotherWindow();
    await until(
      () => scene.window.statusBar.innerText(),
      (text) => text.includes('dkel'),
    );
    await scene.window.command('Distillery: Open Dashboard');
    await scene.window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
    await advances();
    expect(trainers()).toEqual([trainer]);
    // What the file has, without a gap, over the time that nobody looked.
    const series = await effectiveSeries(join(scene.runs, run));
    const steps = (series['train/run/loss/total'] ?? []).map(([step]) => step);
    const gaps = steps.slice(1).map((step, index) => step - (steps[index] ?? 0));
    expect(new Set(gaps.slice(1))).toEqual(new Set([5]));
    expect(steps.at(-1)).toBeGreaterThan(left);
  });

  it('shows the same in two windows', async () => {
    const second = await scene.anotherWindow();
    await second.command('Distillery: Open Dashboard');
    await second.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
    await Promise.all([advances(), advances(second)]);
    await second.close();
    await advances();
  });

  it('says within five seconds that the daemon died, and recovers by itself', async () => {
    const before = daemonOf(scene.editor.state).pid;
    const [trainer] = trainers();
    process.kill(before, 'SIGKILL');
    await until(
      () => daemonOf(scene.editor.state).pid,
      (pid) => pid !== before,
      15_000,
    );
    await advances();
    expect(trainers()).toEqual([trainer]);
  });

  it('says that a trainer died, offers to resume it, and goes on without a doubled step', async () => {
    const [trainer] = trainers();
    process.kill(trainer ?? 0, 'SIGKILL');
    const killed = Date.now();
    await scene.window.toast('gives no sign of life').waitFor({ timeout: 20_000 });
    console.log(`told ${((Date.now() - killed) / 1000).toFixed(1)} s after the trainer was killed`);
    await scene.window.statusBar.filter({ hasText: 'lost' }).waitFor();
    await scene.window.dashboard.getByText(/lost/u).first().waitFor();
    await scene.window
      .toast('gives no sign of life')
      .locator('.monaco-button', { hasText: 'Resume' })
      .click();
    await untilStatus(scene.runs, run, 'running');
    await advances();
    expect(trainers()).not.toEqual([trainer]);
  });

  it('survives the death of the extension host', async () => {
    const [host] = scene.editor.processes(/--type=extensionHost/u);
    const [trainer] = trainers();
    process.kill(host?.pid ?? 0, 'SIGKILL');
    // The dashboard must not go on looking alive; the editor starts its host again, or says that it does not run.
    await until(
      () => scene.editor.processes(/--type=extensionHost/u).map(({ pid }) => pid),
      (pids) => pids.length > 0 && !pids.includes(host?.pid ?? 0),
      60_000,
    );
    expect(trainers()).toEqual([trainer]);
    // The same dashboard, by itself, and only one.
    await until(
      async () => {
        const before = await newestWall();
        await pause(1_000);
        return (await newestWall()) > before;
      },
      (lives) => lives,
      30_000,
    );
    expect(await scene.window.page.locator('.tab[aria-label*="dkel"]').count()).toBe(1);
  });

  it('lists a trainer that hangs, and ends it when told to', async () => {
    const [trainer] = trainers();
    process.kill(trainer ?? 0, 'SIGSTOP');
    await scene.window.toast('gives no sign of life').waitFor({ timeout: 30_000 });
    await scene.window.command('Distillery: Show Unresponsive Trainers…');
    await scene.window.pick(`process ${String(trainer)}`);
    await scene.window.dialog.locator('.monaco-button', { hasText: 'End the Process' }).click();
    await scene.window.toast(`Process ${String(trainer)}`).waitFor({ timeout: 60_000 });
    expect(trainers()).toEqual([]);
  });

  it('leaves no process behind when the sidecar and all runs are stopped', async () => {
    await scene.window.command('Distillery: Resume');
    await untilStatus(scene.runs, run, 'running');
    const known = runNames(scene.runs);
    await scene.window.openFile('long.distill.yaml');
    await scene.window.command('Distillery: Start Run');
    const queued = await newRun(scene.runs, known);
    await scene.window.command('Distillery: Stop Sidecar…');
    await scene.window.dialog
      .locator('.monaco-button', { hasText: 'Checkpoint and Stop All Runs Too' })
      .click();
    await until(
      () => scene.editor.processes(/(?:daemon|trainer|leaseHeart|prefetchWorker)\.js/u),
      (left) => left.length === 0,
      90_000,
    );
    expect(recordOf(scene.runs, run).status).toBe('stopped');
    expect(recordOf(scene.runs, queued).status).toBe('stopped');
  });
});
