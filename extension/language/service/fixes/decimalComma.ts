import { isScalar } from 'yaml';
import type { Path } from '../../../../sidecar/config/findings.ts';
import { entriesOf, extentOf, isFlow, reach } from '../../../../sidecar/config/yamlTree.ts';
import type { Source } from '../source.ts';
import type { Candidate } from './candidates.ts';

/** `{ learningRate: 0,1 }` is read as 0 and a key 1; it was one number. */
export function decimalComma(source: Source, path: Path): Candidate[] {
  const { entry, parent } = reach(source.root, path);
  if (!entry || entry.value?.range?.[0] !== entry.value?.range?.[1] || !isFlow(parent)) return [];
  const entries = entriesOf(parent);
  const before = entries[entries.findIndex(({ key }) => key === entry.key) - 1];
  const [whole, fraction] = [extentOf(before?.value), extentOf(entry.key)];
  if (!before || !whole || !fraction || !isScalar(before.value) || typeof before.value.value !== 'number')
    return [];
  const written = source.text.slice(whole[0], fraction[1]);
  if (!/^-?\d+,\d+$/u.test(written)) return [];
  const text = written.replace(',', '.');
  const title = `Set ${[...path.slice(0, -1), before.name].join('.')} to ${text}`;
  return [{ title, edits: [{ from: whole[0], to: fraction[1], text }] }];
}
