import type { Dataset } from './dataset.ts';
import { MNIST_MISSING, mnistFolder, openMnist } from './mnist.ts';
import { datasetOptions, type DatasetOptions } from './options.ts';
import { makeSynthetic } from './synthetic.ts';

/** @param seed only data sets that are made, not read, depend on it */
export function openDataset(options: DatasetOptions, seed: number): Promise<Dataset> {
  switch (options.name) {
    case 'mnist':
      return openMnist(options.limit);
    case 'synthetic':
      return Promise.resolve(makeSynthetic(options, seed));
  }
}

/** Why data sets cannot be opened here, by name; those that can be are left out. */
export function missingDatasets(): Record<string, string> {
  const names = datasetOptions.options.map(({ shape }) => shape.name.value);
  return Object.fromEntries(
    names.flatMap((name) => {
      // Those that are made, not read, are never missing, whatever else they need.
      const options = datasetOptions.safeParse({ name });
      const problem = options.success ? missingData(options.data) : null;
      return problem === null ? [] : [[name, problem] as const];
    }),
  );
}

/** Why a data set cannot be opened here, or null. */
export function missingData(options: DatasetOptions): string | null {
  switch (options.name) {
    case 'mnist':
      return mnistFolder() === null ? MNIST_MISSING : null;
    case 'synthetic':
      return null;
  }
}
