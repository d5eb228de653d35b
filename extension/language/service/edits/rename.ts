import { extentOf, type Entry } from '../../../../sidecar/config/yamlTree.ts';
import type { Source } from '../source.ts';
import { inline, type Edit } from './text.ts';

/** Gives an entry another key; quotes, value and comments stay. */
export function renameKey(source: Source, entry: Entry, name: string): Edit[] | null {
  const extent = extentOf(entry.key);
  if (!extent) return null;
  const quote = source.text[extent[0]];
  const text = quote === '"' ? JSON.stringify(name) : quote === "'" ? `'${name}'` : inline(name, false);
  return [{ from: extent[0], to: extent[1], text }];
}
