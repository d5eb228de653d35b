import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownFolder, writeImageFolder } from '../datasets/testing.ts';
import { requests } from '../protocol/messages.ts';
import { configuredExperiments } from './configuredExperiments.ts';

describe('looking for a data set', () => {
  const folder = ownFolder();
  const file = join(folder, 'x.distill.yaml');
  const { result } = requests['system/data'];

  it('tells what is there, from the experiment’s place, as it is spoken', async () => {
    await writeImageFolder(join(folder, 'images'));
    const dataset = { name: 'imageFolder', path: 'images', size: 8 };
    const found = result.parse(configuredExperiments.probe({ file, dataset }));
    expect(found).toMatchObject({
      kind: 'found',
      dataset: { path: join(folder, 'images'), found: { classes: 2, train: 6, test: 6 } },
    });
    const wrong = configuredExperiments.probe({ file, dataset: { ...dataset, path: 'nowhere' } });
    expect(result.parse(wrong)).toMatchObject({ kind: 'wrong', code: 'dataUnusable', key: 'path' });
  });

  it('refuses what is no data set', () => {
    expect(() => configuredExperiments.probe({ file, dataset: { name: 'imageFolder' } })).toThrow(/size/u);
  });
});
