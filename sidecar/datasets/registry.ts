import type { Dataset } from './dataset.ts';
import { MNIST_MISSING, mnistFolder, openMnist } from './mnist.ts';
import type { DatasetOptions } from './options.ts';
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

/** Why a data set cannot be opened here, or null. */
export function missingData(options: DatasetOptions): string | null {
  switch (options.name) {
    case 'mnist':
      return mnistFolder() === null ? MNIST_MISSING : null;
    case 'synthetic':
      return null;
  }
}
