import { isMap, isSeq, type Node } from 'yaml';
import { entriesOf, extentOf, isFlow } from '../../../../sidecar/config/yamlTree.ts';
import type { Source } from '../source.ts';

const STEP = 2;

/** The lines of a text, each as deep as its place in the tree says; what continues a value moves along with it. */
export function reindented(source: Source): string[] {
  const lines = source.text.split(/\r?\n/u);
  const starts = new Map<number, number>();
  collect(source, source.root, 0, starts);
  const spaces = lines.map((line) => /^\s*/u.exec(line)?.[0].length ?? 0);
  let moved = 0;
  return lines.map((line, index) => {
    const space = spaces[index] ?? 0;
    const text = line.slice(space);
    if (text === '') return '';
    const target = starts.get(index);
    if (target !== undefined) {
      moved = target - space;
      return ' '.repeat(target) + text;
    }
    if (text.startsWith('#'))
      return ' '.repeat(commentIndent(index, spaces, starts) ?? Math.max(0, space + moved)) + text;
    return ' '.repeat(Math.max(0, space + moved)) + text;
  });
}

/** Where a comment belongs: to the next entry that stood as deep as it, else to the last one. */
function commentIndent(
  index: number,
  spaces: readonly number[],
  starts: ReadonlyMap<number, number>,
): number | null {
  const space = spaces[index] ?? 0;
  const entries = [...starts.keys()];
  const next = entries.filter((line) => line > index).sort((a, b) => a - b)[0];
  const last = entries
    .filter((line) => line < index && (spaces[line] ?? 0) <= space)
    .sort((a, b) => b - a)[0];
  const owner = next !== undefined && spaces[next] === space ? next : (last ?? next);
  if (owner === undefined) return null;
  const target = starts.get(owner) ?? 0;
  return spaces[owner] === space || (spaces[owner] ?? 0) > space ? target : target + STEP;
}

/** Columns at which the lines that begin an entry or an item should begin, by line. */
function collect(source: Source, node: Node | null, column: number, starts: Map<number, number>): void {
  if (isFlow(node)) return;
  const begin = (offset: number | undefined): void => {
    if (offset === undefined) return;
    const start = source.lineStart(offset);
    if (/^[\s-]*$/u.test(source.text.slice(start, offset))) {
      const line = source.document.positionAt(offset).line;
      if (!starts.has(line)) starts.set(line, column);
    }
  };
  if (isMap(node))
    for (const { key, value } of entriesOf(node)) {
      begin(extentOf(key)?.[0]);
      collect(source, value, column + STEP, starts);
    }
  else if (isSeq(node))
    for (const item of node.items as Node[]) {
      begin(extentOf(item)?.[0]);
      collect(source, item, column + STEP, starts);
    }
}
