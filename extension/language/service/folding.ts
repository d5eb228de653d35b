import { isSeq, type Node } from 'yaml';
import { FoldingRangeKind, type FoldingRange } from 'vscode-languageserver-types';
import { entriesOf, extentOf } from '../../../sidecar/config/yamlTree.ts';
import type { Source } from './source.ts';

/** Maps, lists and blocks of comments that are longer than a line. */
export const folding = (source: Source): FoldingRange[] => [
  ...collections(source, source.root, 0),
  ...commentBlocks(source),
];

/** @param from the line that stays visible */
function collections(source: Source, node: Node | null, from: number): FoldingRange[] {
  const line = (offset: number): number => source.document.positionAt(offset).line;
  const nested = [
    ...entriesOf(node).map(({ key, value }) => ({ value, at: line(extentOf(key)?.[0] ?? 0) })),
    ...(isSeq(node)
      ? (node.items as Node[]).map((value) => ({ value, at: line(extentOf(value)?.[0] ?? 0) }))
      : []),
  ];
  const inner = nested.flatMap(({ value, at }) => collections(source, value, at));
  const extent = nested.length > 0 ? extentOf(node) : null;
  const end = extent ? line(extent[1]) : 0;
  if (!extent || node === source.root || end <= from) return inner;
  return [{ startLine: from, endLine: end }, ...inner];
}

function commentBlocks(source: Source): FoldingRange[] {
  const found: FoldingRange[] = [];
  for (const [from] of source.comments) {
    const { line, character } = source.document.positionAt(from);
    if (source.text.slice(from - character, from).trim() !== '') continue;
    const last = found.at(-1);
    if (last?.endLine === line - 1) last.endLine = line;
    else found.push({ startLine: line, endLine: line, kind: FoldingRangeKind.Comment });
  }
  return found.filter(({ startLine, endLine }) => endLine > startLine);
}
