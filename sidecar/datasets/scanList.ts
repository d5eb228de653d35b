import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { DataFault } from './fault.ts';
import { listed, type ImageListing } from './imageListing.ts';

/** Columns beside these are not looked at. */
const row = z.object({ file: z.string(), label: z.string().optional(), split: z.string().optional() });
const parsed = z.array(z.object({ record: row, info: z.object({ lines: z.number() }) }));

type Split = 'train' | 'test';
const SPLITS: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  test: 'test',
  val: 'test',
  validation: 'test',
};

/**
 * What images a CSV list names, with their classes and splits.
 * @param list relative to the folder
 * @throws DataFault that names the line that is wrong
 */
export function scanList(folder: string, list: string): ImageListing {
  const path = join(folder, list);
  const fault = (line: number | null, message: string, next: string): DataFault =>
    new DataFault(`${path}${line === null ? '' : `:${line}`}: ${message}`, next);
  const exists = existing(folder);
  const seen = new Map<string, number>();
  const images = rowsOf(path).map(({ record, info: { lines: line } }) => {
    const file = posix.normalize(record.file.trim().replaceAll('\\', '/'));
    if (file.startsWith('../') || posix.isAbsolute(file))
      throw fault(line, `${record.file} is outside of ${folder}.`, 'Name files of the folder only.');
    if (!exists(file))
      throw fault(line, `${join(folder, file)} is not there.`, 'Put it there, or take the row out.');
    const before = seen.get(file);
    if (before !== undefined)
      throw fault(line, `${file} stands in line ${before} too.`, 'Leave one of them.');
    seen.set(file, line);
    const parts = posix.dirname(file).split('/');
    const label = record.label?.trim() ?? parts.at(-1) ?? '';
    if (label === '' || label === '.')
      throw fault(
        line,
        `${file} has no label.`,
        'Fill the column label, or put it into a folder of its class.',
      );
    const said = record.split?.trim() ?? parts.find((part) => Object.hasOwn(SPLITS, part)) ?? '';
    const split = SPLITS[said.toLowerCase()];
    if (!split)
      throw fault(
        line,
        said === '' ? `${file} is of no split.` : `There is no split ${said}.`,
        'Say train or test.',
      );
    return { file, label, split };
  });
  const classNames = inOrder(new Set(images.map(({ label }) => label)));
  if (classNames.length < 2)
    throw fault(null, `It names ${classNames.length} classes; two are needed.`, 'Look at the column label.');
  for (const split of ['train', 'test'] as const) {
    const there = new Set(images.filter((image) => image.split === split).map(({ label }) => label));
    const missing = classNames.find((name) => !there.has(name));
    if (missing !== undefined)
      throw fault(null, `The class ${missing} has no image to ${split}.`, 'Add one, or take the class out.');
  }
  const of = (split: Split) =>
    listed(
      images.filter((image) => image.split === split),
      classNames,
    );
  return { folder, classNames, train: of('train'), test: of('test') };
}

function rowsOf(path: string) {
  if (!existsSync(path)) throw new DataFault(`${path} is not there.`, 'Name a CSV file in the folder.');
  const next = 'It needs a head with the column file, and label and split where folders do not tell them.';
  let rows: unknown;
  try {
    rows = parse(readFileSync(path), {
      columns: true,
      bom: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    throw new DataFault(`${path} cannot be read as CSV: ${(error as Error).message}.`, next, error);
  }
  const result = parsed.safeParse(rows);
  if (!result.success) throw new DataFault(`${path} has no column file.`, next);
  if (result.data.length === 0) throw new DataFault(`${path} has no rows.`, next);
  return result.data;
}

/** Whether files exist; every folder is read once. */
function existing(root: string): (file: string) => boolean {
  const folders = new Map<string, ReadonlySet<string>>();
  return (file) => {
    const folder = posix.dirname(file);
    let names = folders.get(folder);
    if (!names) {
      const path = join(root, folder);
      names = new Set(existsSync(path) ? readdirSync(path) : []);
      folders.set(folder, names);
    }
    return names.has(posix.basename(file));
  };
}

/** As numbers where all are, else by their characters. */
const inOrder = (names: ReadonlySet<string>): string[] =>
  [...names].every((name) => /^\d+$/u.test(name))
    ? [...names].sort((a, b) => Number(a) - Number(b))
    : [...names].sort();
