import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { whyNoEditor } from '../../support/editor.ts';
import { editorScene } from '../../support/editorScene.ts';
import { distillery } from '../../support/processes.ts';
import { accuracyOf, loadExported } from '../../support/exported.ts';
import { newRun, recordOf, untilStatus } from '../../support/runsFolder.ts';
import { until } from '../../support/wait.ts';

/** As long as the example may take where others want the machine too. */
const PATIENCE = { timeout: 900_000 };

/** The way of somebody new, from a VSIX in a clean editor to an exported student, with real training. */
describe.skipIf(whyNoEditor() !== null)('the main path in the editor', () => {
  let run = '';
  const scene = editorScene('main-path', ({ folder }) => {
    copyFileSync('examples/mnist-dkel.distill.yaml', join(folder, 'mnist-dkel.distill.yaml'));
  });

  it('starts the example from the palette and shows its first point', async () => {
    await scene.window.openFile('mnist-dkel.distill.yaml');
    await scene.window.command('Distillery: Start Run');
    const pressed = Date.now();
    run = await newRun(scene.runs);
    await scene.window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
    console.log(`first point on the chart ${((Date.now() - pressed) / 1000).toFixed(2)} s after the command`);
  });

  it('shows the run live: in the tree, the status bar and the curves', async () => {
    await scene.window.showContainer();
    await scene.window.viewRows('Runs').filter({ hasText: 'dkel · resnet8 · mnist' }).waitFor();
    await until(
      () => scene.window.statusBar.innerText(),
      (text) => /dkel · \d+\/16 · /u.test(text),
      120_000,
    );
    const newest = async (): Promise<number> =>
      Number(await scene.window.dashboard.locator('html').getAttribute('data-newest-wall'));
    const before = await newest();
    await until(newest, (now) => now > before);
  });

  it('tells that it completed, and what the best result is', PATIENCE, async () => {
    await scene.window.toast(/completed: best \d+\.\d+ %/u).waitFor(PATIENCE);
    await untilStatus(scene.runs, run, 'completed');
    const { best } = recordOf(scene.runs, run);
    expect(best?.value).toBeGreaterThan(95);
    await scene.window.toast(`best ${best?.value.toFixed(2) ?? ''} %`).waitFor();
  });

  it('exports the student, which loads and evaluates', async () => {
    await scene.window
      .toast('completed: best')
      .locator('.monaco-button', { hasText: 'Export Student' })
      .click();
    const target = join(scene.folder, 'exported');
    await scene.window.type(target);
    await scene.window.toast('Exported to').waitFor({ timeout: 60_000 });
    expect(existsSync(join(target, 'model.json'))).toBe(true);
    expect(await accuracyOf(await loadExported(target), 200)).toBeGreaterThan(0.9);
  });

  it('lists what the same run says on the command line', async () => {
    const { stdout } = await distillery(['--runs', scene.runs, 'show', run, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' });
  });

  it('asked nothing of the network', () => {
    expect(scene.window.external).toEqual([]);
  });
});
