import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from '../support/browser.ts';
import { daemonOf, endDaemon } from '../support/daemons.ts';
import { effectiveSeries, onlyRun } from '../support/effective.ts';
import { CLI, startNode, temporaryFolder } from '../support/processes.ts';

const browserPath = chromiumPath();

describe.skipIf(browserPath === null)('the live page in a real browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(browserPath ?? '');
  });
  afterAll(() => browser.close());

  async function open(
    url: string,
    colorScheme: 'light' | 'dark' = 'dark',
  ): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 1400 }, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(url);
    return { page, complaints };
  }
  async function started(name: string, set: string[]) {
    const runs = await temporaryFolder(name);
    const state = await temporaryFolder(`${name}-state`);
    const env = { DISTILLERY_STATE: state };
    const options = ['backend=wasm', ...set].flatMap((each) => ['--set', each]);
    const run = startNode(
      [CLI, '--runs', runs, 'run', 'examples/synthetic-dkel.distill.yaml', '--json', ...options],
      env,
    );
    const served = await startNode([CLI, '--runs', runs, 'serve', '--json'], env).finished;
    const { url } = JSON.parse(served.stdout) as { url: string };
    return { runs, state, env, run, url };
  }
  it('shows a live run: status, roles, curves, schedules, progress, and its end', async () => {
    const { run, url, state } = await started('page', ['training.epochs=200']);
    const { page, complaints } = await open(url);
    await page.getByText('running').waitFor();
    for (const heading of ['accuracy (validation)', 'loss terms', 'diversity', 'learning rate', 'throughput'])
      await page.getByRole('heading', { name: heading }).waitFor();
    await page.getByText(/newest number .* ago/u).waitFor();
    expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('teacher1'), expect.stringContaining('ensemble')]),
    );
    expect((await run.finished).code).toBe(0);
    await page.getByText('completed').waitFor();
    await page.getByRole('columnheader', { name: 'test top-1' }).waitFor();
    expect(page.url()).not.toContain('token');
    expect(complaints).toEqual([]);
    endDaemon(state);
  });

  it('recovers by itself when the daemon is killed and started again, without a gap', async () => {
    const { runs, run, url, state, env } = await started('recover', [
      'training.epochs=1500',
      'logging.every=50',
      'evaluation.every=50',
    ]);
    const { page } = await open(url);
    await page.getByText(/newest number .* ago/u).waitFor();
    const { pid } = daemonOf(state);
    process.kill(pid, 'SIGKILL');
    await page.getByText(/connection lost/u).waitFor();
    expect(await page.locator('main.stale').count()).toBe(1);
    await startNode([CLI, '--runs', runs, 'serve', '--json'], env).finished;
    expect(daemonOf(state).pid).not.toBe(pid);
    await page.getByText(/connection lost/u).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Stop' }).click();
    expect((await run.finished).code).toBe(3);
    await page.getByText('stopped', { exact: false }).first().waitFor();
    const series = await effectiveSeries(await onlyRun(runs));
    const expected = (series['schedule/learningRate'] ?? []).length;
    const chart = page.getByRole('region', { name: 'learning rate' });
    // The last points may still be on their way when the status already tells.
    await expect
      .poll(async () => Number(await chart.getAttribute('data-points')), { timeout: 30_000 })
      .toBe(expected);
    endDaemon(state);
  });

  it('refuses a page without the token, and says so', async () => {
    const { run, url, state } = await started('refused', ['training.epochs=2']);
    const { page } = await open(url.replace(/#.*/u, '#token=wrong'));
    await page.getByText('The daemon refuses this page.').waitFor();
    await run.finished;
    endDaemon(state);
  });
});
