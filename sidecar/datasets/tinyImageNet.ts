import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DataFault } from './fault.ts';
import { listed, type ImageListing } from './imageListing.ts';
import { assertFolder, imagesIn } from './scanFolder.ts';

/** Folder of the official archive. */
const FOLDER = 'tiny-imagenet-200';
export const TINY_IMAGE_NET = {
  mean: [0.4802, 0.4481, 0.3975],
  deviation: [0.2302, 0.2265, 0.2262],
} as const;

/**
 * The images of TinyImageNet as its archive has them: `train/<class>/images/`, and `val/images/` with `val_annotations.txt`. Its
 * test images have no labels and are left out.
 * @param path the folder itself or the one it lies in
 * @throws DataFault that names what is missing, or the line of the annotations that is wrong
 */
export function scanTinyImageNet(path: string): ImageListing {
  assertFolder(path);
  const inside = join(path, FOLDER);
  const folder = existsSync(inside) ? inside : path;
  const read = (file: string): string[] => {
    const full = join(folder, file);
    if (!existsSync(full))
      throw new DataFault(`${full} is missing.`, `Give the folder ${FOLDER} of the official archive.`);
    return readFileSync(full, 'utf8').split(/\r?\n/u);
  };
  const ids = read('wnids.txt').map((line) => line.trim()).filter((line) => line !== ''); // prettier-ignore
  const known = new Set(ids);
  const words = new Map(
    read('words.txt').map((line) => {
      const [id = '', names = ''] = line.split('\t');
      return [id, names.split(',')[0]?.trim() ?? id];
    }),
  );
  const absent = ids.find((id) => !existsSync(join(folder, 'train', id, 'images')));
  if (absent !== undefined)
    throw new DataFault(
      `${join(folder, 'train', absent, 'images')} is missing.`,
      'Unpack the official archive again.',
    );
  const train = ids.flatMap((label) =>
    imagesIn(folder, `train/${label}/images`).map((file) => ({ file, label })),
  );
  const there = new Set(imagesIn(folder, 'val/images').map((file) => basename(file)));
  const annotations = 'val/val_annotations.txt';
  const test = read(annotations).flatMap((line, index) => {
    if (line === '') return [];
    const [name = '', label = ''] = line.split('\t');
    const place = `${join(folder, annotations)}:${index + 1}`;
    if (!known.has(label))
      throw new DataFault(`${place}: there is no class ${label}.`, 'Unpack the official archive again.');
    if (!there.has(name))
      throw new DataFault(
        `${place}: ${join(folder, 'val/images', name)} is not there.`,
        'Unpack the official archive again.',
      );
    return [{ file: `val/images/${name}`, label }];
  });
  return {
    folder,
    classNames: ids.map((id) => words.get(id) ?? id),
    train: listed(train, ids),
    test: listed(test, ids),
  };
}
