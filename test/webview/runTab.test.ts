import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/processes.ts';
import { dkelSeries, MADE_AT, makeRun } from './support/madeRuns.ts';
import { browserPath, exported, openPage, serve, sharedBrowser, type Served } from './support/openPage.ts';

const ACCURACY = 'accuracy (validation)';
const RATE = 'learning rate';

describe.skipIf(browserPath === null)('the run tab', () => {
  const browser = sharedBrowser();
  let served: Served;
  let long: string;
  let named = '';
  const ids: string[] = [];

  beforeAll(async () => {
    const runs = await temporaryFolder('run-tab');
    const parameters = { optimizer: { learningRate: 0.1 }, training: { seed: 42 } };
    ids.push(await makeRun(runs, { steps: 300, seriesAt: dkelSeries(-2), parameters }));
    ids.push(
      await makeRun(runs, {
        steps: 300,
        parameters: { ...parameters, optimizer: { learningRate: 0.05 } },
        record: { seed: 43 },
      }),
    );
    const odd = (step: number) => ({
      ...dkelSeries()(step),
      'train/run/loss/total': step === 77 ? NaN : step === 78 ? Infinity : 1 / step,
    });
    ids.push(await makeRun(runs, { steps: 200, seriesAt: odd, resumedAt: [120] }));
    long = await makeRun(runs, {
      steps: 20_000,
      seriesAt: (step) => ({
        'train/run/loss/total': Math.sin(step / 500) + (step === 12_345 ? 50 : 0),
        'schedule/learningRate': step / 1e6,
        ...(step % 1000 === 0 ? { 'validation/peer1/top1': 90 } : {}),
      }),
    });
    named = await makeRun(runs, { steps: 20, record: { baseline: ids[0] ?? null } });
    served = await serve(runs, 'run-tab');
  });

  const choose = async (page: Page, run: string) => {
    await page.getByRole('combobox', { name: 'run', exact: true }).selectOption(run);
  };
  const open = async (run = ids[1] ?? '') => {
    const opened = await openPage(browser(), served.url);
    await choose(opened.page, run);
    await opened.page.locator('.legend').first().waitFor();
    return opened;
  };

  it('sorts the roles by their newest accuracy, with values as measured', async () => {
    const { page, complaints } = await open();
    const rows = page.getByRole('region', { name: 'roles' }).locator('tbody tr');
    await expect.poll(async () => rows.allInnerTexts()).toHaveLength(4);
    const texts = await rows.allInnerTexts();
    expect(texts.map((text) => /\w+\d|ensemble/u.exec(text)?.[0])).toEqual([
      'teacher1',
      'ensemble',
      'peer1',
      'peer2',
    ]);
    expect(texts[0]).toContain('91.67 %');
    expect(complaints).toEqual([]);
  });

  it('overlays another run, counts deltas from a baseline, and lists only the parameters that differ', async () => {
    const { page } = await open();
    await page.getByLabel('compare with').selectOption(ids[0] ?? '');
    const rows = page.getByRole('region', { name: 'roles' }).locator('tbody tr');
    await expect.poll(() => rows.first().innerText()).toContain('+2.00');
    const differences = page.locator('.differences');
    await differences.getByText('Parameters that differ: 1 of 2').waitFor();
    expect(await differences.getByRole('rowheader').allInnerTexts()).toEqual(['optimizer.learningRate']);
    expect(await differences.getByRole('cell').allInnerTexts()).toEqual(['0.05', '0.1']);
    const legend = page.getByRole('region', { name: ACCURACY }).locator('.legend li');
    await expect.poll(() => legend.count()).toBe(5);
    // A third run beside them has the colour of its own.
    await page.getByRole('button', { name: /^overlay/u }).click();
    await page.locator(`.choices input:not([disabled])`).first().check();
    await expect.poll(() => legend.count()).toBe(6);
  });

  it('begins with the baseline that the experiment names', async () => {
    const { page } = await open(named);
    await expect.poll(() => page.getByLabel('compare with').inputValue()).toBe(ids[0]);
    await page.getByLabel('compare with').selectOption('');
    await expect.poll(() => page.getByLabel('compare with').inputValue()).toBe('');
  });

  it('keeps the raw line behind a smoothed one', async () => {
    const { page } = await open();
    const before = await exported(page, RATE, 'SVG');
    await page.getByLabel('smoothing').fill('0.6');
    const after = await exported(page, RATE, 'SVG');
    const lines = (svg: string) => svg.match(/fill="none"[^>]*stroke-width="1\.5"/gu)?.length ?? 0;
    const faint = (svg: string) => svg.match(/fill="none"[^>]*opacity="0\.28"/gu)?.length ?? 0;
    expect([lines(before), faint(before)]).toEqual([1, 0]);
    expect([lines(after), faint(after)]).toEqual([1, 1]);
  });

  it('marks what is not finite, and where a run was resumed', async () => {
    const { page } = await open(ids[2]);
    await page.getByRole('tab', { name: 'Compare' }).click();
    await page.getByLabel('compare with').selectOption(ids[0] ?? '');
    await page.getByRole('region', { name: 'loss terms' }).locator('canvas').waitFor();
    const svg = await exported(page, 'loss terms, Σ weight · term', 'SVG');
    expect(svg).toContain('>NaN</text>');
    expect(svg).toContain('>resumed</text>');
    // The line has a gap where it has no value.
    const line = /<path d="([^"]+)" fill="none"[^>]*stroke-width="1\.5"/u.exec(svg)?.[1] ?? '';
    expect(line.match(/M/gu)).toHaveLength(2);
  });

  it('fetches the exact points of what is zoomed into', async () => {
    const { page } = await open(long);
    const chart = page.getByRole('region', { name: RATE });
    await expect.poll(async () => Number(await chart.getAttribute('data-points'))).toBeGreaterThan(100);
    expect(Number(await chart.getAttribute('data-points'))).toBeLessThan(2_000);
    const plot = chart.locator('.plot');
    const box = await plot.boundingBox();
    if (!box) throw new Error('the chart is not there');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + 0.5 * box.width, y);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.52 * box.width, y + 3, { steps: 4 });
    await page.mouse.up();
    await chart.getByRole('button', { name: 'Show the numbers' }).click();
    const count = async () =>
      Number(/of ([\d,]+)/u.exec(await chart.locator('.twin').innerText())?.[1]?.replaceAll(',', ''));
    await expect.poll(count).toBeGreaterThan(200);
    // Every step, one after the other.
    const steps = (await chart.getByRole('rowheader').allInnerTexts()).map((text) =>
      Number(text.replaceAll(',', '')),
    );
    expect(steps).toEqual(steps.map((_, index) => (steps[0] ?? 0) + index));
    await page.keyboard.press('0');
    await expect.poll(count).toBeGreaterThan(1_000);
  });

  it('shows in its table what the chart shows', async () => {
    const { page } = await open();
    const chart = page.getByRole('region', { name: ACCURACY });
    await chart.getByRole('button', { name: 'Show the numbers' }).click();
    const rows = await chart.locator('tbody tr').allInnerTexts();
    const cells = rows.map((row) => row.split(/\s*\t\s*|\n+/u).map((cell) => cell.trim()));
    const expected = Array.from({ length: 5 }, (_, index) => 10 * (index + 26)).map((step) => [
      String(step),
      ...[90, 89, 91, 92].map((level) => `${(level - 100 / step).toFixed(2)} %`),
    ]);
    expect(cells).toEqual(expected);
  });

  it('writes files that hold the numbers exactly', async () => {
    const { page } = await open(ids[2]);
    await page.getByRole('tab', { name: 'Compare' }).click();
    await page.getByLabel('compare with').selectOption(ids[0] ?? '');
    const name = 'loss terms, Σ weight · term';
    await page.getByRole('region', { name }).locator('canvas').waitFor();
    const csv = await exported(page, name, 'CSV');
    const rows = csv
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','));
    const own = rows.filter(([run]) => run === ids[2]);
    expect(own.map(([, , step, wall, value]) => [Number(step), Number(wall), Number(value)])).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1).map((step) => [
        step,
        MADE_AT + step,
        step === 77 ? NaN : step === 78 ? Infinity : 1 / step,
      ]),
    );
    const json = JSON.parse(await exported(page, name, 'JSON')) as {
      runs: { run: string; series: Record<string, { values: unknown[] }> }[];
    };
    expect(json.runs.find(({ run }) => run === ids[2])?.series['train/run/loss/total']?.values[76]).toBe(
      'NaN',
    );
    const svg = await exported(page, name, 'SVG');
    const root = await page.evaluate(
      `new DOMParser().parseFromString(${JSON.stringify(svg)}, 'image/svg+xml').documentElement.nodeName`,
    );
    expect(root).toBe('svg');
    expect((await exported(page, name, 'PNG')).startsWith('iVBORw0KGgo')).toBe(true);
  });

  it('lays steps out by epoch and by active time', async () => {
    const { page } = await open();
    for (const [axis, end] of [
      ['epoch', '20'],
      ['active time', '4:00'],
    ] as const) {
      await page.getByText(axis, { exact: true }).first().click();
      await expect.poll(async () => exported(page, RATE, 'SVG')).toContain(`>${end}</text>`);
    }
  });

  it('says that a run has failed, why, and what one can do', async () => {
    const runs = await temporaryFolder('failed');
    await makeRun(runs, {
      steps: 30,
      record: {
        status: 'failed',
        error: { message: 'The loss is not finite.', step: 30, next: 'Lower the learning rate.' },
        collapsed: { reason: 'notFinite', step: 29, role: 'peer1' },
      },
    });
    const other = await serve(runs, 'failed');
    const { page } = await openPage(browser(), other.url);
    await page.getByText('Failed at step 30: The loss is not finite.').waitFor();
    await page.getByText('Lower the learning rate.').waitFor();
    await page.getByText('Collapsed since step 29: the loss is not finite (peer1).').waitFor();
    await page.getByRole('button', { name: 'Continue from the newest checkpoint' }).waitFor();
  });

  it('says that there is no run yet', async () => {
    const other = await serve(await temporaryFolder('none'), 'none');
    const { page } = await openPage(browser(), other.url);
    await page.getByText('No run yet.').waitFor();
  });

  it('speaks Japanese to whom it understands', async () => {
    const { page } = await openPage(browser(), served.url, { locale: 'ja-JP' });
    await page.getByRole('tab', { name: '比較' }).waitFor();
    await page.getByRole('heading', { name: '学習率' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ja-JP');
    expect(await page.locator('body').innerText()).not.toMatch(/\{\w+\}/u);
  });
});
