import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataFault } from './fault.ts';
import { IMAGE_FILE, listed, type ImageListing } from './imageListing.ts';
import type { ImageFolderOptions } from './imageFolder.options.ts';
import { scanList } from './scanList.ts';

/** Names under which people keep what is only measured on; the first that is there counts. */
const TEST_FOLDERS = ['test', 'val', 'validation'];
const LAYOUT = 'Lay images out as train/<class>/… and test/<class>/…, or name a CSV list.';

/**
 * What images a folder has, found by reading folders alone.
 * @throws DataFault that names the folder, or the line of the list, that is wrong
 */
export function scanFolder({ path, list }: Pick<ImageFolderOptions, 'path' | 'list'>): ImageListing {
  assertFolder(path);
  return list === undefined ? scanSplits(path) : scanList(path, list);
}

export function assertFolder(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new DataFault(`${path} is not there.`, 'Give a folder with images.');
  if (!stat.isDirectory()) throw new DataFault(`${path} is no folder.`, 'Give a folder with images.');
}

function scanSplits(path: string): ImageListing {
  const train = join(path, 'train');
  if (!existsSync(train)) throw new DataFault(`${path} has no folder train.`, LAYOUT);
  const testName = TEST_FOLDERS.find((name) => existsSync(join(path, name)));
  if (testName === undefined)
    throw new DataFault(`${path} has no folder ${TEST_FOLDERS.join(', ')}.`, LAYOUT);
  const test = join(path, testName);
  const classNames = classesIn(train);
  if (classNames.length < 2)
    throw new DataFault(`${train} has ${classNames.length} class folders; two are needed.`, LAYOUT);
  const tested = classesIn(test);
  const missing = classNames.find((name) => !tested.includes(name));
  if (missing !== undefined)
    throw new DataFault(
      `${join(test, missing)} is missing: there are training images of the class ${missing}, but none to test.`,
      'Add the folder, or take the class out of the training images.',
    );
  const unknown = tested.find((name) => !classNames.includes(name));
  if (unknown !== undefined)
    throw new DataFault(
      `${join(test, unknown)} is of a class that ${train} does not have.`,
      'Add training images of it, or remove the folder.',
    );
  const of = (split: string) =>
    listed(
      classNames.flatMap((label) => imagesIn(path, `${split}/${label}`).map((file) => ({ file, label }))),
      classNames,
    );
  return { folder: path, classNames, train: of('train'), test: of(testName) };
}

const classesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && isFolder(folder, entry))
    .map(({ name }) => name)
    .sort();

/** Links to folders count as folders. */
const isFolder = (
  folder: string,
  entry: { readonly name: string; isDirectory(): boolean; isSymbolicLink(): boolean },
): boolean =>
  entry.isDirectory() ||
  (entry.isSymbolicLink() &&
    (statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false));

/** Paths below `root`. @throws DataFault where there is none */
export function imagesIn(root: string, folder: string): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => IMAGE_FILE.test(name));
  if (names.length === 0)
    throw new DataFault(
      `${join(root, folder)} has no JPEG or PNG file.`,
      'Put its images there, or remove the folder.',
    );
  return names.map((name) => `${folder}/${name}`);
}
