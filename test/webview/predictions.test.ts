import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EventWriter } from '../../sidecar/store/eventWriter.ts';
import { temporaryFolder } from '../support/processes.ts';
import { dkelSeries, MADE_AT, makeRun } from './support/madeRuns.ts';
import { madePredictions } from './support/madePredictions.ts';
import { browserPath, openPage, serve, sharedBrowser, type Served } from './support/openPage.ts';
import { seePredictions } from './support/seePredictions.ts';

describe.skipIf(browserPath === null)('predictions', () => {
  const browser = sharedBrowser();
  let served: Served;
  let run: string;
  beforeAll(async () => {
    const runs = await temporaryFolder('predictions');
    run = await makeRun(runs, { steps: 100, predictions: madePredictions });
    served = await serve(runs, 'predictions');
  });
  const open = async () => {
    const { page } = await openPage(browser(), served.url);
    await seePredictions(page);
    await page.getByRole('grid').waitFor();
    return page;
  };

  it('show first where the roles disagree, with what each of them says', async () => {
    const page = await open();
    const samples = page.locator('.sample');
    expect(await samples.count()).toBe(2);
    const first = samples.first();
    expect(await first.getByRole('img', { name: 'sample 7, labelled owl' }).count()).toBe(1);
    expect((await first.locator('dd').allInnerTexts()).map((text) => text.trim())).toEqual([
      'owl',
      'cat 60.00 %',
      'owl 70.00 %',
    ]);
    expect(await first.getByRole('img', { name: 'wrong:' }).count()).toBe(1);
  });

  it('count the confusion of a role, cell by cell with the arrow keys', async () => {
    const page = await open();
    const grid = page.getByRole('grid', { name: 'confusion of peer1' });
    const texts = async () => (await grid.getByRole('gridcell').allInnerTexts()).map((text) => text.trim());
    expect(await texts()).toEqual(['9', '1', '·', '·', '10', '·', '4', '·', '6']);
    await grid.getByRole('gridcell').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator(':focus').innerText()).toBe('6');
    await page.getByLabel('role of the confusion matrix').selectOption('ensemble');
    await page.getByRole('grid', { name: 'confusion of ensemble' }).waitFor();
    const perClass = page.getByRole('region', { name: 'Accuracy by class' });
    expect(await perClass.getByRole('row', { name: 'owl' }).getByRole('cell').allInnerTexts()).toEqual([
      '60.00 %',
      '100.00 %',
    ]);
  });

  it('come anew after the next evaluation', async () => {
    const page = await open();
    const directory = join(served.runs, run);
    writeFileSync(
      join(directory, 'predictions.json'),
      JSON.stringify({ ...madePredictions, step: 110, samples: 31 }),
    );
    const events = await EventWriter.open(directory);
    events.scalars(110, MADE_AT + 110, dkelSeries()(110));
    events.close();
    await page.getByText('validation split at step 110, 31 samples').waitFor();
  });
});
