/**
 * How long from the run's start to its first point on the page, on MNIST with the embedded backend, in a real browser.
 *
 * npm run proof:first-point
 */
import { describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from '../support/browser.ts';
import { endDaemon } from '../support/daemons.ts';
import { CLI, startNode, temporaryFolder } from '../support/processes.ts';

describe('the first point', () => {
  it('is on the page within three seconds, in the median of five runs', async () => {
    const executable = chromiumPath();
    if (executable === null) throw new Error('This proof needs Chromium.');
    const browser = await launchBrowser(executable);
    const seconds: number[] = [];
    for (let round = 0; round < 5; round++) {
      const runs = await temporaryFolder(`first-${round}`);
      const state = await temporaryFolder(`first-state-${round}`);
      const env = { DISTILLERY_STATE: state };
      const served = await startNode([CLI, '--runs', runs, 'serve', '--json'], env).finished;
      const page = await browser.newPage();
      await page.goto((JSON.parse(served.stdout) as { url: string }).url);
      await page.getByText('No run yet.').waitFor();
      const from = performance.now();
      const run = startNode(
        [CLI, '--runs', runs, 'run', 'examples/mnist-dkel.distill.yaml', '--set', 'backend=wasm'],
        env,
      );
      await page.locator('section.chart[data-points="1"]').first().waitFor();
      seconds.push((performance.now() - from) / 1000);
      run.child.kill('SIGTERM');
      await run.finished;
      await page.close();
      endDaemon(state);
    }
    await browser.close();
    const median = seconds.toSorted((a, b) => a - b)[2] ?? NaN;
    console.log(
      `first point after ${seconds.map((s) => s.toFixed(2)).join(', ')} s; median ${median.toFixed(2)} s`,
    );
    expect(median).toBeLessThan(3);
  });
});
