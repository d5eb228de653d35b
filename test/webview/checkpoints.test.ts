import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { comparisonSchema, type Comparison, type Subject } from '../../sidecar/protocol/comparison.ts';
import { distillery, temporaryFolder } from '../support/processes.ts';
import { violations } from './support/axe.ts';
import { browserPath, openPage, serve, sharedBrowser, wear, type Served } from './support/openPage.ts';
import { openPanel } from './support/panel.ts';
import { THEME_KINDS } from './support/themes.ts';

const experiment = (method: string, dataset: string) => `
dataset: ${dataset}
models: { default: { name: mlp, trunk: [24], branch: [16] } }
method: { name: ${method} }
training: { epochs: 2, epochSteps: 15, batchSize: 32, seed: 42, validation: 300 }
`;
const MNIST = '{ name: mnist, limit: 1500 }';

describe.skipIf(browserPath === null)('the Checkpoints tab', () => {
  const browser = sharedBrowser();
  let served: Served;
  let [dkel, vanilla, other] = ['', '', ''];
  let expected: Comparison;
  beforeAll(async () => {
    const folder = await temporaryFolder('checkpoints');
    const runs = join(folder, 'runs');
    const train = async (name: string, text: string): Promise<string> => {
      const file = join(folder, `${name}.distill.yaml`);
      writeFileSync(file, text);
      const { code, stderr } = await distillery(['--runs', runs, 'run', file]);
      expect(code, stderr).toBe(0);
      return readdirSync(runs).find((run) => run.includes(`_${name}_`)) ?? '';
    };
    vanilla = await train('vanilla', experiment('vanilla', MNIST));
    dkel = await train('dkel', experiment('dkel', MNIST));
    const synthetic = '{ name: synthetic, samples: 600, classes: 10, shape: [28, 28, 1] }';
    other = await train('synthetic', experiment('vanilla', synthetic));
    served = await serve(runs, 'checkpoints');
    const subjects = [`${dkel}:teacher2`, `${dkel}:peer1`, `${vanilla}:student`, `${dkel}:teacherMean`];
    const { stdout, code } = await distillery(['--runs', runs, 'compare', ...subjects, '--json']);
    expect(code).toBe(0);
    expected = comparisonSchema.parse(JSON.parse(stdout));
  });

  /** Chooses networks by the tab's own controls. */
  async function choose(page: Page, ...wanted: readonly (readonly [run: string, role: string])[]) {
    await page.getByRole('tab', { name: 'Checkpoints' }).click();
    for (const [index, [run, role]] of wanted.entries()) {
      await page.getByRole('button', { name: 'Add a network' }).click();
      await page.getByLabel(`run of network ${index + 1}`).selectOption(run);
      await page.getByLabel(`role of network ${index + 1}`).selectOption(role);
    }
  }
  const four = () =>
    [
      [dkel, 'teacher2'],
      [dkel, 'peer1'],
      [vanilla, 'student'],
      [dkel, 'teacherMean'],
    ] as const;
  const open = async () => {
    const opened = await openPage(browser(), served.url);
    await opened.page.getByRole('tab', { name: 'Checkpoints' }).waitFor();
    return opened;
  };
  const compare = (page: Page) => page.getByRole('button', { name: 'Compare', exact: true });

  it('begins with what to do, and compares only what can be compared', async () => {
    const { page } = await open();
    await page.getByRole('tab', { name: 'Checkpoints' }).click();
    await page.getByText('Nothing is chosen to compare.').waitFor();
    await choose(page, [dkel, 'peer1']);
    await page.getByText('Choose one more to compare it with.').waitFor();
    expect(await compare(page).getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('button', { name: /^Add all roles of dkel/u }).click();
    await expect.poll(() => page.locator('.subjects li').count()).toBe(8);
    expect(await page.getByRole('button', { name: 'Add a network' }).getAttribute('aria-disabled')).toBe(
      'true',
    );
    await page.getByRole('button', { name: 'Make network 4 the reference' }).click();
    expect(await page.getByLabel('role of network 1').inputValue()).toBe('ensemble');
  });

  it('computes with progress, and shows the answer first, then every figure and the images', async () => {
    const { page, complaints } = await open();
    await choose(page, [vanilla, 'student'], [dkel, 'peer2']);
    await compare(page).click();
    await page.getByRole('progressbar', { name: 'progress of the comparison' }).waitFor();
    await page.getByText(/^Computed .* in /u).waitFor();
    // What the command line found is known, whoever asks.
    await page.reload();
    await page.getByText(/^Computed before, /u).waitFor();
    await page.getByRole('button', { name: 'Remove network 2' }).click();
    await page.getByRole('button', { name: 'Remove network 1' }).click();
    await choose(page, ...four());
    await compare(page).click();
    await expect.poll(() => page.locator('.verdicts p strong').count()).toBe(3);
    const results = page.getByRole('region', { name: 'Results' });
    const names = (await results.getByRole('rowheader').allInnerTexts()).map((text) => text.trim());
    expect(names.map((name) => name.split(' ')[0])).toEqual(['teacher2', 'peer1', 'student', 'teacherMean']);
    expect(names[0]).toMatch(/ reference$/u);
    const top1 = expected.subjects.map((subject) => (100 * subject.top1).toFixed(2));
    for (const [row, value] of top1.entries())
      expect(
        await results
          .getByRole('row')
          .nth(row + 1)
          .innerText(),
      ).toContain(`${value} %`);
    expect(await results.getByRole('row').nth(4).innerText()).toContain('—');
    expect(await page.locator('.reliabilityDiagram').count()).toBe(4);
    await page.getByRole('button', { name: 'Show the numbers: Reliability' }).click();
    await page.getByRole('region', { name: 'Reliability' }).getByRole('row').nth(15).waitFor();

    // Images: what is shown of each kind is of that kind.
    const first = expected.images.find(({ answers }) => answers[1]?.class !== answers[0]?.class);
    const image = page.getByRole('img', {
      name: `sample ${first?.sample ?? ''}, labelled ${first?.label ?? ''}`,
    });
    expect(
      await image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth),
    ).toBe(28);
    const { fixed, broken } = expected.differences[0]?.outcomes ?? { fixed: NaN, broken: NaN };
    await page.getByText(`fixed (${fixed})`).click();
    await page.getByText(`broken (${broken})`).click();
    const wrong = page.locator('.sample').filter({ has: page.locator('div.wrong dt', { hasText: 'peer1' }) });
    await expect
      .poll(async () => (await wrong.count()) === (await page.locator('.sample').count()))
      .toBe(true);
    await page.getByLabel('details of').selectOption('2');
    const grid = page.getByRole('grid', { name: /^Linear CKA/u });
    const cka = expected.differences[1]?.cka ?? [];
    expect((await grid.getByRole('gridcell').allInnerTexts()).map(Number)).toEqual(
      cka.flat().map((value) => Number(value.toFixed(2))),
    );
    await grid.getByRole('gridcell').first().focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator(':focus').innerText()).toBe((cka[0]?.[1] ?? NaN).toFixed(2));
    await page.getByLabel('details of').selectOption('3');
    await page.getByText('No tensors to compare').waitFor();
    expect(complaints).toEqual([]);
  });

  it('is cancelled, says what cannot be compared, and marks what is no answer to the choice', async () => {
    const { page } = await open();
    await choose(page, [vanilla, 'student'], [dkel, 'peer3']);
    await compare(page).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled. Nothing was changed.').waitFor();
    await page.getByLabel('run of network 2').selectOption(other);
    await compare(page).click();
    await page.getByRole('alert').getByText('trained on different data').waitFor();
    await page.getByText('What to do: Choose checkpoints of runs with the same data set.').waitFor();
    await page.getByLabel('run of network 2').selectOption(dkel);
    await page.getByText('test', { exact: true }).click();
    await compare(page).click();
    await page.getByText('test samples.').first().waitFor();
    await page.getByText('validation', { exact: true }).click();
    await page.getByText('The choice has changed since').waitFor();
    expect(await page.locator('.compared.old').count()).toBe(1);
  });

  it.each(THEME_KINDS)('has nothing to complain about in %s, and never scrolls sideways', async (theme) => {
    const { page } = await open();
    await wear(page, theme);
    await choose(page, ...four());
    expect(await violations(page), 'chosen').toEqual([]);
    await compare(page).click();
    await page.locator('.verdicts').waitFor();
    expect(await violations(page), 'compared').toEqual([]);
    await page.getByRole('button', { name: 'Show the numbers: Reliability' }).click();
    await page.getByRole('button', { name: 'Export the comparison' }).click();
    expect(await violations(page), 'numbers').toEqual([]);
    for (const width of [640, 480, 320]) {
      await page.setViewportSize({ width, height: 600 });
      const [content, room] = await page.evaluate<[number, number]>(
        `[document.documentElement.scrollWidth, document.documentElement.clientWidth]`,
      );
      expect(content, String(width)).toBeLessThanOrEqual(room);
    }
  });

  it('inside the editor compares what it is given, saves, and keeps to the policy', async () => {
    const panel = await openPanel(browser(), served);
    const { page, said, complaints } = panel;
    await page.getByRole('tab', { name: 'Checkpoints' }).waitFor();
    const subjects = four().map(([run, role]): Subject => ({ run, checkpoint: 'best', role }));
    await panel.post({ kind: 'show', run: null, tab: 'checkpoints', subjects });
    await page.locator('.verdicts').waitFor();
    await expect.poll(() => said.at(-1)).toMatchObject({ kind: 'looking', tab: 'checkpoints' });
    for (const [format, file] of [
      ['JSON', /^comparison-\w{8}\.json$/u],
      ['Markdown', /^comparison-\w{8}\.md$/u],
    ] as const) {
      await page.getByRole('button', { name: 'Export the comparison' }).click();
      await page.getByRole('button', { name: `(${format})` }).click();
      const saved = () => said.flatMap((message) => (message.kind === 'save' ? [message] : [])).at(-1);
      await expect.poll(() => saved()?.fileName ?? '').toMatch(file);
      const text = Buffer.from(saved()?.base64 ?? '', 'base64').toString();
      if (format === 'JSON') expect(comparisonSchema.parse(JSON.parse(text))).toEqual(expected);
      else expect(text).toContain('# Comparison of checkpoints');
    }
    expect(complaints).toEqual([]);
    // A panel that was hidden begins anew, and comes back to what it showed.
    await expect.poll(() => panel.state()).toMatchObject({ isCompared: true, tab: 'checkpoints' });
    const again = await openPanel(browser(), served, { state: panel.state(), lang: 'ja' });
    await again.page.getByText('同じチェックポイントなので').waitFor();
    expect(await again.page.locator('.verdicts p strong').count()).toBe(3);
  });

  it('compares nothing in a folder that is not trusted', async () => {
    const panel = await openPanel(browser(), served, { trusted: false });
    const { page } = panel;
    await page.getByRole('tab', { name: 'Checkpoints' }).waitFor();
    const subjects = [vanilla, other].map((run): Subject => ({ run, checkpoint: 'best', role: 'student' }));
    await panel.post({ kind: 'show', run: null, tab: 'checkpoints', subjects });
    await page.getByText('Checkpoints cannot be compared from here').waitFor();
    expect(await compare(page).getAttribute('aria-disabled')).toBe('true');
    expect(await page.getByRole('progressbar').count()).toBe(0);
  });
});
