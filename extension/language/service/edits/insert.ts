import { isMap, type Node } from 'yaml';
import type { Path } from '../../../../sidecar/config/findings.ts';
import { entriesOf, extentOf, isFlow, reach, type Entry } from '../../../../sidecar/config/yamlTree.ts';
import type { Source } from '../source.ts';
import { colonAfter } from './colon.ts';
import { block, inline, type Edit } from './text.ts';

/** Names of the keys of a map in the order of the schema; where it has none, new keys stand last. */
export type Order = (path: Path) => readonly string[];

/**
 * Writes `value` at `path`, over what stands there or as a new entry where its map's schema has it; maps on the way are
 * made. Null where the text leaves no place for it, such as behind an alias.
 */
export function setValue(source: Source, path: Path, value: unknown, order: Order): Edit[] | null {
  const { depth, node, entry, parent } = reach(source.root, path);
  if (depth === path.length) return replaceValue(source, node, entry, parent, value);
  const missing = path.slice(depth);
  const nested = missing.slice(1).reduceRight<unknown>((inner, key) => ({ [String(key)]: inner }), value);
  const key = String(missing[0]);
  if (isMap(node)) return insertEntry(source, node, key, nested, order(path.slice(0, depth)));
  if (node && extentOf(node)) return null;
  if (entry) return replaceValue(source, node, entry, parent, { [key]: nested });
  const text = source.isJson
    ? inline({ [key]: nested }, true) + source.eol
    : `${block(key, nested, 0, source.eol)}${source.eol}`;
  const end = source.text.length;
  const open = end > 0 && !source.text.endsWith('\n') ? source.eol : '';
  return [{ from: end, to: end, text: open + text }];
}

function replaceValue(
  source: Source,
  node: Node | null,
  entry: Entry | null,
  parent: Node | null,
  value: unknown,
): Edit[] | null {
  const text = inline(value, source.isJson || isQuoted(source, entry));
  const extent = extentOf(node);
  // A block map begins on its own line; what replaces it stands behind its key.
  const key = extentOf(entry?.key);
  if (extent && isMap(node) && !isFlow(node) && key)
    return [{ from: colonAfter(source, key[1]), to: extent[1], text: ` ${text}` }];
  if (extent) return [{ from: extent[0], to: extent[1], text }];
  if (!key) return null;
  const colon = colonAfter(source, key[1]);
  if (colon > key[1]) return [{ from: colon, to: colon, text: ` ${text}` }];
  return isFlow(parent) ? [{ from: key[1], to: key[1], text: `: ${text}` }] : null;
}

/** Whether keys beside this one are written as JSON has them. */
const isQuoted = (source: Source, entry: Entry | null | undefined): boolean => {
  const extent = extentOf(entry?.key);
  return extent !== null && source.text[extent[0]] === '"';
};

/** A new entry behind those that stand before it in `order`. */
export function insertEntry(
  source: Source,
  map: Node,
  key: string,
  value: unknown,
  order: readonly string[],
): Edit[] | null {
  const entries = entriesOf(map);
  const at = order.indexOf(key);
  const before = at === -1 ? entries : entries.filter(({ name }) => order.slice(0, at).includes(name));
  const after = before.at(-1);
  const [first] = entries;
  const json = source.isJson || isQuoted(source, first);
  const extent = extentOf(map);
  if (!extent) return null;
  const text = `${inline(key, json)}: ${inline(value, json)}`;
  if (!first) return [{ from: extent[0], to: extent[1], text: `{ ${text} }` }];
  const firstKey = extentOf(first.key);
  if (!firstKey) return null;
  const column = source.column(firstKey[0]);
  const ownLine = source.text.slice(source.lineStart(firstKey[0]), firstKey[0]).trim() === '';
  const space = ' '.repeat(column);
  if (isFlow(map)) {
    const gap = ownLine
      ? `${source.eol}${source.text.slice(source.lineStart(firstKey[0]), firstKey[0])}`
      : ' ';
    if (!after) return [{ from: firstKey[0], to: firstKey[0], text: `${text},${gap}` }];
    const end = endOf(after);
    return end === null ? null : [{ from: end, to: end, text: `,${gap}${text}` }];
  }
  const written = block(key, value, column, source.eol);
  if (!after) return [{ from: firstKey[0], to: firstKey[0], text: `${written}${source.eol}${space}` }];
  const end = endOf(after);
  if (end === null) return null;
  const line = source.lineEnd(end);
  return [{ from: line, to: line, text: `${source.eol}${space}${written}` }];
}

/** Where an entry ends: its value, or its colon where it has none. */
function endOf({ key, value }: Entry): number | null {
  return extentOf(value)?.[1] ?? extentOf(key)?.[1] ?? null;
}
