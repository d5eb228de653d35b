import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/processes.ts';
import { dkelSeries, makeRun } from './support/madeRuns.ts';
import { browserPath, openPage, serve, sharedBrowser, wear, type Served } from './support/openPage.ts';
import { madePredictions } from './support/madePredictions.ts';
import { THEME_KINDS } from './support/themes.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TABS = ['Run', 'Compare', 'Runs'] as const;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds, one line each. */
async function violations(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the page's policy allows none but its own.
  await page.evaluate(axe);
  const found = await page.evaluate<Violation[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  );
}

describe.skipIf(browserPath === null)('accessibility', () => {
  const browser = sharedBrowser();
  let served: Served;
  beforeAll(async () => {
    const runs = await temporaryFolder('accessibility');
    for (const offset of [0, -1, 1])
      await makeRun(runs, {
        steps: 100,
        seriesAt: (step) => ({
          ...dkelSeries(offset)(step),
          ...(step === 50 ? { 'train/run/loss/total': NaN } : {}),
        }),
        parameters: { offset },
        predictions: madePredictions,
        record: { collapsed: { reason: 'oneClass', step: 90, role: 'peer1' } },
      });
    served = await serve(runs, 'accessibility');
  });

  it.each(THEME_KINDS)('has nothing to complain about in %s', async (theme) => {
    const { page } = await openPage(browser(), served.url);
    await wear(page, theme);
    await page.getByRole('button', { name: /^overlay/u }).click();
    for (const box of await page.locator('.choices input').all()) await box.check();
    await page.keyboard.press('Escape');
    await page.locator('.predictions').scrollIntoViewIfNeeded();
    await page.getByRole('grid').waitFor();
    await page
      .getByRole('region', { name: 'diversity' })
      .getByRole('button', { name: 'Show the numbers' })
      .click();
    for (const tab of TABS) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      expect(await violations(page), tab).toEqual([]);
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await violations(page), 'keys').toEqual([]);
  });

  it.each([
    ['at 200 % of 1280', 640],
    ['at 480', 480],
    ['at 320', 320],
  ])('never scrolls sideways %s pixels', async (_, width) => {
    const { page } = await openPage(browser(), served.url, { viewport: { width, height: 500 } });
    for (const tab of TABS) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      await page.locator('.scroll, .legend').first().waitFor();
      const [content, room] = await page.evaluate<[number, number]>(
        `[document.documentElement.scrollWidth, document.documentElement.clientWidth]`,
      );
      expect(content, tab).toBeLessThanOrEqual(room);
    }
  });
});
