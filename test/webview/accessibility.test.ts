import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/processes.ts';
import { violations } from './support/axe.ts';
import { dkelSeries, makeRun } from './support/madeRuns.ts';
import { browserPath, openPage, serve, sharedBrowser, wear, type Served } from './support/openPage.ts';
import { madeExhibits, madePanels, panelSeries } from './support/madePanels.ts';
import { madePredictions } from './support/madePredictions.ts';
import { seePredictions } from './support/seePredictions.ts';
import { THEME_KINDS } from './support/themes.ts';

const TABS = ['Run', 'Compare', 'Checkpoints', 'Runs'] as const;

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
          ...panelSeries(step),
          ...(step === 50 ? { 'train/run/loss/total': NaN } : {}),
        }),
        parameters: { offset },
        predictions: madePredictions,
        exhibits: madeExhibits,
        record: {
          panels: [...madePanels],
          collapsed: { reason: 'oneClass', step: 90, role: 'peer1' },
        },
      });
    served = await serve(runs, 'accessibility');
  });

  it.each(THEME_KINDS)('has nothing to complain about in %s', async (theme) => {
    const { page } = await openPage(browser(), served.url);
    await wear(page, theme);
    await page.getByRole('button', { name: /^overlay/u }).click();
    for (const box of await page.locator('.choices input').all()) await box.check();
    await page.keyboard.press('Escape');
    await seePredictions(page);
    await page.getByRole('button', { name: 'Next step' }).click();
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
      await page.locator('.scroll, .legend, .notice').first().waitFor();
      const [content, room] = await page.evaluate<[number, number]>(
        `[document.documentElement.scrollWidth, document.documentElement.clientWidth]`,
      );
      expect(content, tab).toBeLessThanOrEqual(room);
    }
  });
});
