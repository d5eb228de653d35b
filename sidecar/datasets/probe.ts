import { dirname, resolve } from 'node:path';
import { isDataProblem } from './fault.ts';
import { findOfficial } from './officialSet.ts';
import type { DatasetOptions } from './options.ts';
import { dataFolder } from './places.ts';
import { scanFolder } from './scanFolder.ts';

/** What there is of a data set here. */
export type ProbedData =
  /** Its options with paths absolute and what was found filled in. */
  | { readonly kind: 'found'; readonly dataset: DatasetOptions }
  | {
      readonly kind: 'wrong';
      readonly code: 'dataMissing' | 'dataUnusable';
      /** Which option is at fault. */
      readonly key: string;
      readonly message: string;
      readonly expected: string;
    };

/**
 * Looks whether a data set can be opened here, without reading a sample.
 * @param file the experiment, from which its paths are meant
 */
export function probeData(dataset: DatasetOptions, file: string, env = process.env): ProbedData {
  try {
    const there = atHome(dataset, dirname(resolve(file)));
    switch (there.name) {
      case 'mnist':
      case 'fashionMnist':
      case 'cifar10':
      case 'cifar100':
      case 'tinyImageNet':
        findOfficial(there, dataFolder(env));
        return { kind: 'found', dataset: there };
      case 'imageFolder': {
        const { classNames, train, test } = scanFolder(there);
        const found = { classes: classNames.length, train: train.files.length, test: test.files.length };
        const { found: said } = there;
        const different = (['classes', 'train', 'test'] as const).find(
          (key) => said !== undefined && said[key] !== found[key],
        );
        if (different !== undefined && said)
          return {
            kind: 'wrong',
            code: 'dataUnusable',
            key: 'found',
            message: `${there.path} has other data than the experiment was made for: ${different} ${found[different]} instead of ${said[different]}.`,
            expected: 'the data as they were, or no dataset.found',
          };
        return { kind: 'found', dataset: { ...there, found } };
      }
      case 'synthetic':
        return { kind: 'found', dataset: there };
    }
  } catch (error) {
    if (!isDataProblem(error)) throw error;
    const hasPath = 'path' in dataset && dataset.path !== undefined;
    return {
      kind: 'wrong',
      code: hasPath ? 'dataUnusable' : 'dataMissing',
      key: 'list' in dataset && dataset.list !== undefined ? 'list' : hasPath ? 'path' : 'name',
      message: error.message,
      expected: hasPath ? '' : 'an installed data set',
    };
  }
}

/** As the experiment means them: paths from its own folder. */
function atHome<O extends DatasetOptions>(dataset: O, folder: string): O {
  return 'path' in dataset && typeof dataset.path === 'string'
    ? { ...dataset, path: resolve(folder, dataset.path) }
    : dataset;
}
