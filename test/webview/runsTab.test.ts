import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/processes.ts';
import { makeRun } from './support/madeRuns.ts';
import { browserPath, openPage, serve, sharedBrowser, type Served } from './support/openPage.ts';

describe.skipIf(browserPath === null)('the runs tab', () => {
  const browser = sharedBrowser();
  let served: Served;
  beforeAll(async () => {
    const runs = await temporaryFolder('runs-tab');
    for (const [seed, value] of [
      [1, 91],
      [2, 93],
      [3, 92],
    ] as const)
      await makeRun(runs, {
        steps: 20,
        parameters: { seed, optimizer: { name: seed === 3 ? 'adam' : 'sgd' } },
        record: {
          seed,
          best: { series: 'validation/teacherBest/top1', value, step: 10, better: 'higher' },
          status: seed === 3 ? 'stopped' : 'completed',
        },
      });
    served = await serve(runs, 'runs-tab');
  });
  const open = async () => {
    const { page } = await openPage(browser(), served.url);
    await page.getByRole('tab', { name: 'Runs' }).click();
    const seeds = async () =>
      (await page.locator('table.runs tbody th').allInnerTexts()).map((text) => /s(\d)/u.exec(text)?.[1]);
    return { page, seeds };
  };

  it('sorts by a column, either way', async () => {
    const { page, seeds } = await open();
    await page.getByRole('button', { name: 'best', exact: true }).click();
    expect(await seeds()).toEqual(['2', '3', '1']);
    expect(
      await page.getByRole('columnheader', { name: 'best', exact: true }).getAttribute('aria-sort'),
    ).toBe('descending');
    await page.getByRole('button', { name: 'best', exact: true }).click();
    expect(await seeds()).toEqual(['1', '3', '2']);
  });

  it('filters by what a run is', async () => {
    const { page, seeds } = await open();
    await page.getByRole('searchbox').fill('dkel stopped');
    await expect.poll(seeds).toEqual(['3']);
    await page.getByRole('searchbox').fill('nowhere');
    await page.getByText('No run matches.').waitFor();
  });

  it('shows the columns one chooses, or only those that differ', async () => {
    const { page } = await open();
    const titles = async () =>
      (await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim());
    await page.getByRole('button', { name: 'columns', exact: true }).click();
    await page.getByLabel('optimizer.name').check();
    await page.keyboard.press('Escape');
    expect(await titles()).toContain('optimizer.name');
    expect(await page.getByRole('cell', { name: '"adam"' }).count()).toBe(1);
    await page.getByLabel('only differences').check();
    const left = await titles();
    expect(left).toContain('optimizer.name');
    expect(left).toContain('seed');
    expect(left).not.toContain('model');
  });

  it('keeps name, tags and note, pins a baseline, and hides', async () => {
    const { page, seeds } = await open();
    await page.getByRole('button', { name: /^Edit .* s1 / }).click();
    await page.getByRole('textbox', { name: 'name', exact: true }).fill('the first');
    await page.getByLabel('tags, separated by commas').fill('good, paper');
    await page.getByRole('textbox', { name: 'note' }).fill('**keep**');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'the first', exact: true }).waitFor();
    await page.getByRole('searchbox').fill('#paper');
    await expect.poll(() => page.locator('table.runs tbody tr').count()).toBe(1);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Pin the first as baseline' }).click();
    // Deltas are counted from it.
    await page.getByRole('cell', { name: '+2.00' }).waitFor();
    await page.getByRole('button', { name: /^Hide .* s3 / }).click();
    await expect.poll(seeds).toHaveLength(2);
    await page.getByLabel('hidden runs').check();
    await expect.poll(seeds).toHaveLength(3);
  });

  it('overlays what is ticked, and remembers what is looked at', async () => {
    const { page } = await open();
    await page.getByLabel('hidden runs').check();
    for (const box of await page.getByRole('checkbox', { name: /^overlay/u }).all())
      if (await box.isEnabled()) await box.check();
    await page.getByRole('tab', { name: 'Compare' }).click();
    await expect
      .poll(() => page.getByRole('region', { name: 'learning rate' }).locator('.legend li').count())
      .toBe(3);
    // The view is written shortly after it has changed, and in any case when the page goes.
    await page.reload();
    await expect
      .poll(() => page.getByRole('region', { name: 'learning rate' }).locator('.legend li').count())
      .toBe(3);
    expect(await page.getByRole('tab', { name: 'Compare' }).getAttribute('aria-selected')).toBe('true');
  });
});
