import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/processes.ts';
import { makeRun } from './support/madeRuns.ts';
import { madePredictions } from './support/madePredictions.ts';
import { browserPath, openPage, serve, sharedBrowser, type Served } from './support/openPage.ts';

const png = madePredictions.images[0]?.png ?? '';

describe.skipIf(browserPath === null)('augmented views', () => {
  const browser = sharedBrowser();
  let served: Served;
  beforeAll(async () => {
    const runs = await temporaryFolder('views');
    await makeRun(runs, {
      steps: 20,
      views: {
        version: 1,
        stage: 'distillation',
        classes: ['cat', 'dog'],
        samples: [0, 1].map((label) => ({ sample: 30 + label, label, plain: png, views: [png, png, png] })),
      },
    });
    served = await serve(runs, 'views');
  });

  it('stand beside the sample that they are made of', async () => {
    const { page } = await openPage(browser(), served.url);
    const section = page.getByRole('region', { name: 'augmented views' });
    const sample = section.getByRole('listitem').last();
    // Charts still being laid out push it away, and unseen it is not asked for.
    await expect
      .poll(
        async () => {
          await section.scrollIntoViewIfNeeded();
          return sample.isVisible();
        },
        { timeout: 30_000 },
      )
      .toBe(true);
    expect(await sample.getByRole('img').count()).toBe(4);
    expect(await sample.getByRole('img', { name: 'sample 31, labelled dog' }).count()).toBe(1);
    expect(await sample.getByRole('img', { name: 'view 3' }).count()).toBe(1);
  });
});
