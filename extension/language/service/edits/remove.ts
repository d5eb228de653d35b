import { isSeq, type Node } from 'yaml';
import type { Path } from '../../../../sidecar/config/findings.ts';
import {
  entriesOf,
  extentOf,
  isFlow,
  reach,
  type Entry,
  type Extent,
} from '../../../../sidecar/config/yamlTree.ts';
import type { Source } from '../source.ts';
import { colonAfter } from './colon.ts';
import type { Edit } from './text.ts';

/** Takes away what stands at `path`: an entry with its key, or an item of a list. Null where it is not written. */
export function removeAt(source: Source, path: Path): Edit[] | null {
  const { depth, entry, node, parent } = reach(source.root, path);
  if (depth < path.length || !parent) return null;
  if (entry) {
    const owner = reach(source.root, path.slice(0, -1));
    return removeEntry(source, entry, parent, owner.entry);
  }
  if (!isSeq(parent)) return null;
  const extent = extentOf(node);
  if (!extent) return null;
  const extents = (parent.items as Node[]).map(extentOf);
  return isFlow(parent)
    ? [fromFlow(source, extent, extents, extentOf(parent))]
    : [fromBlock(source, [dashBefore(source, extent[0]), extent[1]])];
}

/** Where the dash of a list's item stands, or the item itself where another dash or key is on its line. */
function dashBefore(source: Source, offset: number): number {
  const lead = /^\s*(?=-\s+$)/u.exec(source.text.slice(source.lineStart(offset), offset));
  return lead ? source.lineStart(offset) + lead[0].length : offset;
}

/** Takes an entry out of its map. @param owner the entry whose value the map is, null at the root */
export function removeEntry(source: Source, entry: Entry, map: Node, owner: Entry | null): Edit[] | null {
  const key = extentOf(entry.key);
  if (!key) return null;
  const extent: Extent = [key[0], extentOf(entry.value)?.[1] ?? colonAfter(source, key[1])];
  const entries = entriesOf(map);
  if (isFlow(map))
    return [
      fromFlow(
        source,
        extent,
        entries.map((each) => wholeOf(source, each)),
        extentOf(map),
      ),
    ];
  const ownerKey = extentOf(owner?.key);
  if (entries.length > 1 || !ownerKey) return [fromBlock(source, extent)];
  // A map needs a value: an empty one is written in flow style, and the comments stay behind it.
  const colon = colonAfter(source, ownerKey[1]);
  return [{ from: colon, to: colon, text: ' {}' }, fromBlock(source, extent)];
}

const wholeOf = (source: Source, { key, value }: Entry): Extent | null => {
  const extent = extentOf(key);
  return extent && [extent[0], extentOf(value)?.[1] ?? colonAfter(source, extent[1])];
};

/** With one comma and the space between it and its neighbour. */
function fromFlow(
  source: Source,
  extent: Extent,
  all: readonly (Extent | null)[],
  whole: Extent | null,
): Edit {
  const index = all.findIndex((each) => each?.[0] === extent[0]);
  const next = all[index + 1];
  const previous = all[index - 1];
  if (previous) return keeping(source, [previous[1], extent[1]]);
  if (next) return keeping(source, [extent[0], next[0]]);
  return whole ? keeping(source, [whole[0] + 1, whole[1] - 1]) : keeping(source, extent);
}

/** With its lines where nothing else stands on them; its comments stay, on lines of their own. */
function fromBlock(source: Source, [from, to]: Extent): Edit {
  const start = source.lineStart(from);
  const end = source.lineEnd(to);
  const indent = source.text.slice(start, from);
  if (indent.trim() !== '') return { from, to, text: '' };
  const comments = source.comments.filter((comment) => comment[0] >= from && comment[1] <= end);
  const kept = comments.map((comment) => `${indent}${source.text.slice(...comment)}`);
  if (kept.length > 0) return { from: start, to: end, text: kept.join(source.eol) };
  const newline = source.text.startsWith('\r\n', end) ? 2 : source.text[end] === '\n' ? 1 : 0;
  return { from: start, to: end + newline, text: '' };
}

/** Removes an extent of a flow collection, but not the comments in it. */
function keeping(source: Source, [from, to]: Extent): Edit {
  const kept = source.comments
    .filter((comment) => comment[0] >= from && comment[1] <= to)
    .map((comment) => ` ${source.text.slice(...comment)}${source.eol}`);
  return { from, to, text: kept.join('') };
}
