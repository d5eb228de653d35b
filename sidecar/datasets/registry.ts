import type { Dataset } from './dataset.ts';
import type { DecodeOptions } from './decodeImages.ts';
import { DataFault } from './fault.ts';
import { imageShape } from './imageFolder.options.ts';
import { findOfficial } from './officialSet.ts';
import { openImages } from './openImages.ts';
import { datasetFacts, datasetOptions, type DatasetOptions } from './options.ts';
import { cacheFolder, dataFolder } from './places.ts';
import { probeData } from './probe.ts';
import { scanFolder } from './scanFolder.ts';
import { withLimit } from './subset.ts';
import { makeSynthetic } from './synthetic.ts';

export interface OpenOptions extends DecodeOptions {
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Reads a data set into memory; images are decoded into the cache where they have not been before.
 * @param options paths absolute, as a resolved experiment has them
 * @param seed only data sets that are made, not read, depend on it
 * @throws DataFault that names the file at fault
 */
export async function openDataset(
  options: DatasetOptions,
  seed: number,
  how: OpenOptions = {},
): Promise<Dataset> {
  const data = dataFolder(how.env);
  switch (options.name) {
    case 'mnist':
    case 'fashionMnist':
    case 'cifar10':
    case 'cifar100':
    case 'tinyImageNet':
      return asPlanned(options, await findOfficial(options, data).open(how));
    case 'imageFolder': {
      const { fit, mean, deviation } = options;
      const images = { shape: imageShape(options), fit };
      return asPlanned(
        options,
        await openImages(scanFolder(options), images, { mean, deviation }, cacheFolder(data), how),
      );
    }
    case 'synthetic':
      return makeSynthetic(options, seed);
  }
}

/** With its limit; other sizes than the experiment was planned for are refused. */
function asPlanned(
  options: Exclude<DatasetOptions, { readonly name: 'synthetic' }>,
  whole: Dataset,
): Dataset {
  const dataset = withLimit(whole, options.limit);
  const facts = datasetFacts(options);
  const found = {
    classes: dataset.classes,
    train: dataset.train.labels.length,
    test: dataset.test.labels.length,
  };
  for (const key of ['classes', 'train', 'test'] as const)
    if (facts.guessed !== true && facts[key] !== found[key])
      throw new DataFault(
        `The data set ${options.name} has changed: ${key} ${found[key]} instead of ${facts[key]}.`,
        'Put the data back as they were, or start a new run from the experiment file.',
      );
  return dataset;
}

/** Why data sets cannot be opened here, by name; those that can be, and those that need to be told more, are left out. */
export function missingDatasets(): Record<string, string> {
  const names = datasetOptions.options.map(({ shape }) => shape.name.value);
  return Object.fromEntries(
    names.flatMap((name) => {
      const options = datasetOptions.safeParse({ name });
      const found = options.success ? probeData(options.data, '.') : null;
      return found?.kind === 'wrong' ? [[name, found.message] as const] : [];
    }),
  );
}
