import { beforeAll, describe, expect, it } from 'vitest';
import { EventWriter } from '../../sidecar/store/eventWriter.ts';
import { temporaryFolder } from '../support/processes.ts';
import { dkelSeries, MADE_AT, makeRun } from './support/madeRuns.ts';
import { browserPath, serve, sharedBrowser, type Served } from './support/openPage.ts';
import { openPanel } from './support/panel.ts';

describe.skipIf(browserPath === null)('the page inside the editor', () => {
  const browser = sharedBrowser();
  let served: Served;
  const ids: string[] = [];
  beforeAll(async () => {
    const runs = await temporaryFolder('hosted');
    ids.push(await makeRun(runs, { steps: 100, seriesAt: dkelSeries() }));
    ids.push(await makeRun(runs, { steps: 100, seriesAt: dkelSeries(1) }));
    served = await serve(runs, 'hosted');
  });

  it('talks through the host alone, under its policy, and says what is looked at', async () => {
    const { page, said, complaints } = await openPanel(browser(), served);
    await page.locator('.legend').first().waitFor();
    expect(said.slice(0, 2).map(({ kind }) => kind)).toEqual(['ready', 'looking']);
    await page.getByRole('tab', { name: 'Runs' }).click();
    await expect.poll(() => said.at(-1)).toEqual({ kind: 'looking', run: ids[1], tab: 'runs' });
    expect(page.url()).toBe('http://panel.test/');
    expect(complaints).toEqual([]);
  });

  it('draws what was looked at before, from the state that the editor keeps', async () => {
    const first = await openPanel(browser(), served);
    await first.page.getByRole('combobox', { name: 'run', exact: true }).selectOption(ids[0] ?? '');
    await first.page.getByText('epoch', { exact: true }).first().click();
    await expect.poll(() => first.state()).toMatchObject({ version: 1, run: ids[0], xAxis: 'epoch' });
    const second = await openPanel(browser(), served, { state: first.state() });
    await second.page.locator('.legend').first().waitFor();
    expect(await second.page.getByRole('combobox', { name: 'run', exact: true }).inputValue()).toBe(ids[0]);
    expect(await second.page.getByRole('radio', { name: 'epoch' }).isChecked()).toBe(true);
    const marks = () =>
      second.page.evaluate(
        `['start', 'drawn'].map((name) => performance.getEntriesByName('distillery:' + name).length)`,
      );
    await expect.poll(marks).toEqual([1, 1]);
  });

  it('begins anew where the state is of another page', async () => {
    const { page } = await openPanel(browser(), served, { state: { version: 0, run: 7 } });
    await page.locator('.legend').first().waitFor();
    expect(await page.getByRole('combobox', { name: 'run', exact: true }).inputValue()).toBe(ids[1]);
  });

  it('shows the run and tab that the editor asks for', async () => {
    const panel = await openPanel(browser(), served);
    const { page } = panel;
    await page.locator('.legend').first().waitFor();
    await panel.post({ kind: 'show', run: ids[0] ?? '', tab: 'compare' });
    await page.getByRole('tab', { name: 'Compare', selected: true }).waitFor();
    expect(await page.getByRole('combobox', { name: 'run', exact: true }).inputValue()).toBe(ids[0]);
  });

  it('marks everything when the link is lost, and goes on from where it was', async () => {
    const runs = await temporaryFolder('relinked');
    const id = await makeRun(runs, { steps: 100, record: { status: 'stopped' } });
    const own = await serve(runs, 'relinked');
    const panel = await openPanel(browser(), own);
    const { page, said } = panel;
    const chart = page.getByRole('region', { name: 'learning rate' });
    await expect.poll(() => chart.getAttribute('data-points')).toBe('100');
    panel.cut();
    await page.getByText(/connection lost/u).waitFor();
    expect(await page.locator('main.stale').count()).toBe(1);
    const events = await EventWriter.open(`${runs}/${id}`);
    for (let step = 101; step <= 130; step++) events.scalars(step, MADE_AT + step, dkelSeries()(step));
    events.close();
    await page.getByText(/connection lost/u).waitFor({ state: 'detached' });
    await expect.poll(() => chart.getAttribute('data-points')).toBe('130');
    expect(said.filter(({ kind }) => kind === 'connect').length).toBeGreaterThan(1);
  });

  it('sends commands, files and exports to the editor', async () => {
    const { page, said } = await openPanel(browser(), served);
    await page.getByRole('button', { name: 'resolved config' }).click();
    await page.getByRole('button', { name: 'Export student…' }).click();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('button', { name: 'Rename…' }).click();
    await page.getByRole('button', { name: 'Export learning rate' }).click();
    await page.getByRole('button', { name: 'Numbers (CSV)' }).click();
    await page.getByLabel('compare with').selectOption(ids[0] ?? '');
    await page.getByRole('button', { name: 'Diff configs in the editor' }).click();
    const run = ids[1] ?? '';
    const saved = () => said.find((message) => message.kind === 'save');
    await expect.poll(saved).toMatchObject({ fileName: 'learning-rate.csv' });
    expect(Buffer.from(saved()?.base64 ?? '', 'base64').toString()).toContain(
      'run,series,step,wall_time,value\n',
    );
    expect(said).toEqual(
      expect.arrayContaining([
        { kind: 'open', run, what: 'resolved' },
        { kind: 'command', name: 'exportStudent', run },
        { kind: 'command', name: 'rename', run },
        { kind: 'diff', runs: [run, ids[0]] },
      ]),
    );
  });

  it('offers no steering in a folder that is not trusted, and says why', async () => {
    const { page } = await openPanel(browser(), served, { trusted: false });
    await page.getByText('this folder is not trusted').waitFor();
    expect(
      await page.getByRole('button', { name: /^(Pause|Stop|Resume|More actions|Run again)$/u }).count(),
    ).toBe(0);
    await page.locator('.legend').first().waitFor();
  });

  it('begins with one button where there is no run', async () => {
    const none = await serve(await temporaryFolder('hosted-none'), 'hosted-none');
    const { page, said } = await openPanel(browser(), none);
    await page.getByRole('button', { name: 'Start the example' }).click();
    await expect.poll(() => said.at(-1)).toEqual({ kind: 'command', name: 'startExample', run: null });
  });

  it('speaks the editor’s language', async () => {
    const { page } = await openPanel(browser(), served, { lang: 'ja' });
    await page.getByRole('button', { name: '生徒モデルの書き出し…' }).waitFor();
  });
});
