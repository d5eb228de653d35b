import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/processes.ts';
import { dkelSeries, makeRun } from './support/madeRuns.ts';
import { browserPath, openPage, serve, sharedBrowser, type Served } from './support/openPage.ts';

/** What has the focus, as a person who listens hears it. */
const focused = async (page: Page): Promise<string> => {
  const element = page.locator(':focus');
  return (await element.getAttribute('aria-label')) ?? element.innerText();
};

describe.skipIf(browserPath === null)('the page by keyboard alone', () => {
  const browser = sharedBrowser();
  let served: Served;
  beforeAll(async () => {
    const runs = await temporaryFolder('keyboard');
    await makeRun(runs, { steps: 100, seriesAt: dkelSeries() });
    await makeRun(runs, { steps: 100, seriesAt: dkelSeries(1) });
    served = await serve(runs, 'keyboard');
  });
  const open = async () => {
    const { page } = await openPage(browser(), served.url);
    await page.locator('.legend').first().waitFor();
    return page;
  };
  const live = (page: Page) => page.locator('[data-live]').innerText();

  it('goes from tab to tab, and from chart to chart', async () => {
    const page = await open();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Run');
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toBe('Compare');
    await page.keyboard.press('ArrowLeft');
    await page.locator('.legend').first().waitFor();
    for (const name of ['accuracy (validation)', 'loss terms']) {
      await page.keyboard.press(']');
      expect(await focused(page)).toContain(name);
    }
    await page.keyboard.press('[');
    expect(await focused(page)).toContain('accuracy');
  });

  it('moves the cursor, which all charts share, and says politely what is there', async () => {
    const page = await open();
    await page.keyboard.press(']');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    const loss = page.getByRole('region', { name: 'loss terms' }).locator('.legend');
    await expect.poll(() => loss.innerText()).toContain('ω 0.2');
    // The first message comes at once, the last one of many after a pause.
    expect(await live(page)).toContain('step 10:');
    for (let index = 0; index < 3; index++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => live(page), { timeout: 10_000 }).toContain('step 50: peer1 89.00 %');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => loss.innerText()).toContain('ω 1');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.cursor:not([hidden])').count()).toBe(0);
  });

  it('zooms, shows the numbers, and goes back', async () => {
    const page = await open();
    await page.keyboard.press(']');
    await page.keyboard.press('+');
    const all = page.getByRole('button', { name: 'Show everything' });
    await expect.poll(() => all.isEnabled()).toBe(true);
    await page.keyboard.press('t');
    const table = page.getByRole('region', { name: 'accuracy (validation), numbers' });
    await table.waitFor();
    expect(await focused(page)).toBe('accuracy (validation), numbers');
    // Zoomed: the middle half of the steps.
    expect(await table.getByRole('rowheader').allInnerTexts()).toEqual(['30', '40', '50', '60', '70']);
    await page.keyboard.press('Escape');
    await table.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await expect.poll(() => all.isEnabled()).toBe(false);
  });

  it('lists its keys, and gives them back to whoever types', async () => {
    const page = await open();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('tab', { name: 'Runs' }).click();
    await page.getByRole('searchbox').focus();
    await page.keyboard.type('t?+0');
    expect(await page.getByRole('searchbox').inputValue()).toBe('t?+0');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('opens and closes menus', async () => {
    const page = await open();
    await page.getByRole('button', { name: /^overlay/u }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    expect(await focused(page)).toContain('overlay');
    await page.getByText('overlay (1)').waitFor();
  });
});
