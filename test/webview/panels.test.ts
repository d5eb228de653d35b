import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/processes.ts';
import { violations } from './support/axe.ts';
import { madeExhibits, madePanels, panelSeries } from './support/madePanels.ts';
import { dkelSeries, makeRun } from './support/madeRuns.ts';
import { browserPath, exported, openPage, serve, sharedBrowser, type Served } from './support/openPage.ts';

describe.skipIf(browserPath === null)('panels that a method declares', () => {
  const browser = sharedBrowser();
  let served: Served;
  beforeAll(async () => {
    const runs = await temporaryFolder('panels');
    await makeRun(runs, {
      steps: 100,
      seriesAt: (step) => ({
        ...dkelSeries()(step),
        ...panelSeries(step),
      }),
      exhibits: madeExhibits,
      record: { panels: [...madePanels] },
    });
    served = await serve(runs, 'panels');
  });
  const open = async (options = {}) => {
    const { page, complaints } = await openPage(browser(), served.url, options);
    await page.getByRole('region', { name: 'Effective samples' }).scrollIntoViewIfNeeded();
    const episode = page.getByRole('region', { name: 'Episode', exact: true });
    await episode.scrollIntoViewIfNeeded();
    return { page, complaints, episode };
  };

  it('draw a line for every series that matches, in the hue of its role, and say how sure the sources are', async () => {
    const { page } = await open();
    const chart = page.getByRole('region', { name: 'Effective samples' });
    expect(await chart.locator('.legend li button').allInnerTexts()).toEqual(['peer1 100', 'teacher1 200']);
    const note = chart.getByRole('note');
    await note.focus();
    expect(await chart.getByRole('tooltip', { name: /our own reading/u }).count()).toBe(1);
    expect(await page.getByRole('region', { name: 'Never' }).count()).toBe(0);
    expect(await page.getByRole('region', { name: 'Measures of dkel' }).locator('h2.part').count()).toBe(1);
  });

  it('shade the cells of a raster by their value, and write them into a drawing', async () => {
    const { page } = await open();
    const svg = await exported(page, 'Swapped blocks', 'SVG');
    const opacities = [...svg.matchAll(/opacity="([\d.]+)"/gu)].map(([, value]) => Number(value));
    // The stem: unswapped then swapped; the other row: half all the time.
    expect(opacities).toEqual([0.06, expect.closeTo(0.53, 6)]);
    expect(svg).toContain('>stem</text>');
    const chart = page.getByRole('region', { name: 'Swapped blocks' });
    await chart.getByRole('button', { name: 'Show the numbers' }).click();
    expect(await chart.getByRole('columnheader').allInnerTexts()).toEqual(['step', 'stem', '1.1']);
  });

  it('play an episode to its end, go through it by keys, and tell it in numbers', async () => {
    const { episode, page, complaints } = await open();
    expect(await episode.locator('circle').getAttribute('cx')).toBe('0');
    await episode.getByRole('button', { name: 'Play' }).click();
    await episode.getByText('step 30 of 30').waitFor();
    expect(await episode.locator('circle').getAttribute('cx')).toBe('1');
    await episode.getByText('return −30').waitFor();
    const scrub = episode.getByRole('slider');
    await scrub.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await episode.getByText('step 1 of 30').waitFor();
    await page.keyboard.press(' ');
    await episode.getByText('step 30 of 30').waitFor();
    await episode.getByLabel('whose episode').selectOption('learner2');
    await episode.getByText('step 10 of 10').waitFor();
    await episode.getByRole('button', { name: 'Show the numbers' }).click();
    expect(await episode.getByRole('row').count()).toBe(12);
    expect(await episode.getByRole('row').last().innerText()).toMatch(/^10\s+1\s+−1\s+−10$/u);
    expect(complaints).toEqual([]);
    expect(await violations(page)).toEqual([]);
  });

  it('move by themselves for nobody who wants no motion', async () => {
    const { episode } = await open({ reducedMotion: 'reduce' });
    await episode.getByRole('button', { name: 'Next step' }).click();
    await episode.getByText('step 1 of 30').waitFor();
    expect(await episode.getByRole('button', { name: 'Play' }).count()).toBe(0);
  });
});

describe.skipIf(browserPath === null)('a run that is judged by its own metric', () => {
  const browser = sharedBrowser();
  let served: Served;
  beforeAll(async () => {
    const runs = await temporaryFolder('own-metric');
    const headline = { series: 'evaluation/best/return', unit: '', better: 'higher' } as const;
    await makeRun(runs, {
      steps: 100,
      seriesAt: (step) => ({
        'train/run/loss/total': 1 / step,
        'train/run/weighted/policy': 1 / step,
        ...(step % 10 === 0
          ? {
              'evaluation/learner1/return': -1000 + step,
              'evaluation/learner2/return': -900 + step,
              'evaluation/best/return': -900 + step,
            }
          : {}),
      }),
      record: {
        headline,
        best: { series: headline.series, value: -145.3226, step: 100, better: 'higher' },
        test: { learner1: { return: -136 }, learner2: { return: -135.25 }, best: { return: -135.25 } },
        roles: ['learner1', 'learner2'].map((id) => ({ id, kind: 'peer' })),
        series: [
          { tag: 'evaluation/*/return', title: 'return', unit: '', formula: 'mean sum of rewards' },
          { tag: 'train/run/loss/total', title: 'total loss', unit: '', formula: '' },
        ],
      },
    });
    served = await serve(runs, 'own-metric');
  });

  it('shows it by role, best first, in its own unit, and nothing of accuracies', async () => {
    const { page } = await openPage(browser(), served.url);
    const table = page.getByRole('region', { name: 'roles' });
    await table.waitFor();
    expect(await table.getByRole('columnheader').allInnerTexts()).toEqual([
      'role',
      'return',
      'Δ',
      'test return',
    ]);
    const rows = (await table.getByRole('row').allInnerTexts()).slice(1);
    expect(rows.map((row) => row.replace(/\s+/gu, ' ').trim())).toEqual([
      '● learner2 −800 +10.00 −135.3',
      '● learner1 −900 +10.00 −136',
    ]);
    expect(await page.locator('.result').innerText()).toBe(
      'test return of best: −135.3 · best evaluation/best/return: −145.3 at step 100',
    );
    const chart = page.getByRole('region', { name: 'return', exact: true });
    expect(await chart.locator('.legend li button').allInnerTexts()).toEqual([
      'learner1 −900',
      'learner2 −800',
    ]);
    expect(await page.getByText('top-1').count()).toBe(0);
    await page.getByRole('tab', { name: 'Compare', exact: true }).click();
    expect(await page.getByRole('row').last().innerText()).toMatch(/−145\.3\s+−135\.3/u);
  });
});
