import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { quantile } from '../bench/judge.ts';
import { chromiumPath, launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';
import { EditorWindow } from '../support/editorWindow.ts';
import { temporaryFolder } from '../support/processes.ts';
import { newRun, runNames, untilStatus } from '../support/runsFolder.ts';
import { until } from '../support/wait.ts';

/**
 * From the choice in the palette to the first point on a chart, in the editor with the VSIX installed, each time in a browser
 * profile that never showed a webview; in the first round no daemon lives, and the sidecar was never started.
 */
it('shows the first point within three seconds', async () => {
  const folder = await temporaryFolder('first-point');
  const runs = join(folder, 'runs');
  copyFileSync('examples/mnist-dkel.distill.yaml', join(folder, 'mnist-dkel.distill.yaml'));
  const editor = await Editor.start();
  const browser = await launchBrowser(chromiumPath() ?? '');
  const seconds: number[] = [];
  try {
    for (let round = 0; round < 5; round++) {
      const window = await EditorWindow.open(browser, editor, folder);
      await window.openFile('mnist-dkel.distill.yaml');
      // The extension is there, and the editor at rest.
      await pause(3_000);
      const known = runNames(runs);
      const from = await window.command('Distillery: Start Run');
      await until(
        async () => Number(await window.dashboard.locator('html').getAttribute('data-newest-wall')),
        (wall) => 1000 * wall > from,
      );
      seconds.push((Date.now() - from) / 1000);
      console.log(`round ${round}: ${seconds.at(-1)?.toFixed(2) ?? ''} s`);
      const run = await newRun(runs, known);
      await window.command('Distillery: Stop');
      await untilStatus(runs, run, 'stopped');
      await window.close();
    }
  } finally {
    await browser.close();
    await editor.stop();
  }
  expect(quantile(seconds, 0.5)).toBeLessThan(3);
});
