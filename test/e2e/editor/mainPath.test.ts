import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from '../../support/browser.ts';
import { Editor, whyNoEditor } from '../../support/editor.ts';
import { EditorWindow } from '../../support/editorWindow.ts';
import { pictureFailures } from '../../support/pictures.ts';
import { distillery, temporaryFolder } from '../../support/processes.ts';
import { accuracyOf, loadExported } from '../../support/exported.ts';
import { newRun, recordOf, untilStatus } from '../../support/runsFolder.ts';
import { until } from '../../support/wait.ts';

/** The way of somebody new, from a VSIX in a clean editor to an exported student, with real training. */
describe.skipIf(whyNoEditor() !== null)('the main path in the editor', () => {
  let [editor, browser, window, folder, runs, run] = [] as unknown as [
    Editor,
    Browser,
    EditorWindow,
    string,
    string,
    string,
  ];

  beforeAll(async () => {
    folder = await temporaryFolder('main-path');
    runs = join(folder, 'runs');
    copyFileSync('examples/mnist-dkel.distill.yaml', join(folder, 'mnist-dkel.distill.yaml'));
    editor = await Editor.start({ settings: { 'distillery.notifications': 'always' } });
    browser = await launchBrowser(chromiumPath() ?? '');
    window = await EditorWindow.open(browser, editor, folder);
  });
  pictureFailures(() => window);
  afterAll(async () => {
    await browser.close();
    await editor.stop();
  });

  it('starts the example from the palette and shows its first point', async () => {
    await window.openFile('mnist-dkel.distill.yaml');
    await window.command('Distillery: Start Run');
    const pressed = Date.now();
    run = await newRun(runs);
    await window.dashboard.locator('html[data-newest-wall]').waitFor({ state: 'attached' });
    console.log(`first point on the chart ${((Date.now() - pressed) / 1000).toFixed(2)} s after the command`);
  });

  it('shows the run live: in the tree, the status bar and the curves', async () => {
    await window.showContainer();
    await window.viewRows('Runs').filter({ hasText: 'dkel · resnet8 · mnist' }).waitFor();
    await until(
      () => window.statusBar.innerText(),
      (text) => /dkel · \d+\/16 · /u.test(text),
      120_000,
    );
    const newest = async (): Promise<number> =>
      Number(await window.dashboard.locator('html').getAttribute('data-newest-wall'));
    const before = await newest();
    await until(newest, (now) => now > before);
  });

  it('tells that it completed, and what the best result is', async () => {
    await window.toast(/completed: best \d+\.\d+ %/u).waitFor({ timeout: 480_000 });
    await untilStatus(runs, run, 'completed');
    const { best } = recordOf(runs, run);
    expect(best?.value).toBeGreaterThan(95);
    await window.toast(`best ${best?.value.toFixed(2) ?? ''} %`).waitFor();
  });

  it('exports the student, which loads and evaluates', async () => {
    await window.toast('completed: best').locator('.monaco-button', { hasText: 'Export Student' }).click();
    const target = join(folder, 'exported');
    await window.type(target);
    await window.toast('Exported to').waitFor({ timeout: 60_000 });
    expect(existsSync(join(target, 'model.json'))).toBe(true);
    expect(await accuracyOf(await loadExported(target), 200)).toBeGreaterThan(0.9);
  });

  it('lists what the same run says on the command line', async () => {
    const { stdout } = await distillery(['--runs', runs, 'show', run, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' });
  });

  it('asked nothing of the network', () => {
    expect(window.external).toEqual([]);
  });
});
