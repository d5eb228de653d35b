import { isMap, isSeq, type Node } from 'yaml';
import { entriesOf, extentOf, isFlow, type Extent } from '../../../../sidecar/config/yamlTree.ts';
import type { Edit } from '../edits/text.ts';
import type { Source } from '../source.ts';

/** One space after colons, commas and inside braces, where they stand on one line; none at the ends of lines. */
export function tidyEdits(source: Source): Edit[] {
  const within = edits(source, source.root);
  const trailing = [...source.text.matchAll(/[^\S\r\n]+(?=\r?$)/gmu)]
    .map(({ 0: space, index }) => ({ from: index, to: index + space.length, text: '' }))
    .filter(({ from }) => !insideScalar(source.root, from))
    .filter((each) => !within.some((other) => each.from < other.to && other.from < each.to));
  return [...within, ...trailing];
}

function edits(source: Source, node: Node | null): Edit[] {
  if (isMap(node)) {
    const entries = entriesOf(node);
    const wholes = entries.map(({ key, value }): Extent | null => {
      const extent = extentOf(key);
      return extent && [extent[0], extentOf(value)?.[1] ?? extent[1]];
    });
    return [
      ...entries.flatMap(({ key, value }) => [
        ...spaceAfterColon(source, extentOf(key), extentOf(value)),
        ...edits(source, value),
      ]),
      ...(isFlow(node) ? brackets(source, extentOf(node), wholes, ' ') : []),
    ];
  }
  if (!isSeq(node)) return [];
  const items = node.items as Node[];
  return [
    ...items.flatMap((item) => edits(source, item)),
    ...(isFlow(node) ? brackets(source, extentOf(node), items.map(extentOf), '') : []),
  ];
}

const spaceAfterColon = (source: Source, key: Extent | null, value: Extent | null): Edit[] =>
  key && value ? replaceIf(source, [key[1], value[0]], /^[^\S\n]*:[^\S\n]*$/u, ': ') : [];

/** @param padding what stands inside the brackets, beside the first and last item */
function brackets(
  source: Source,
  whole: Extent | null,
  items: readonly (Extent | null)[],
  padding: string,
): Edit[] {
  const [first, last] = [items[0], items.at(-1)];
  if (!whole || !first || !last) return [];
  const between = items.slice(1).flatMap((item, index) => {
    const before = items[index];
    return before && item ? replaceIf(source, [before[1], item[0]], /^[^\S\n]*,[^\S\n]*$/u, ', ') : [];
  });
  return [
    ...replaceIf(source, [whole[0] + 1, first[0]], /^[^\S\n]*$/u, padding),
    ...between,
    ...replaceIf(source, [last[1], whole[1] - 1], /^[^\S\n]*$/u, padding),
  ];
}

function replaceIf(source: Source, [from, to]: Extent, pattern: RegExp, text: string): Edit[] {
  const now = source.text.slice(from, to);
  return now !== text && pattern.test(now) ? [{ from, to, text }] : [];
}

/** Whether an offset lies inside a text of several lines, where space means something. */
function insideScalar(node: Node | null, offset: number): boolean {
  const extent = extentOf(node);
  if (!extent || offset < extent[0] || offset >= extent[1]) return false;
  if (isMap(node)) return entriesOf(node).some(({ value }) => insideScalar(value, offset));
  if (isSeq(node)) return (node.items as Node[]).some((item) => insideScalar(item, offset));
  return true;
}
