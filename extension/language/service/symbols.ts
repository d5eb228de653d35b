import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { SymbolKind, type DocumentSymbol } from 'vscode-languageserver-types';
import { entriesOf, extentOf } from '../../../sidecar/config/yamlTree.ts';
import type { Source } from './source.ts';

/** The outline: every setting that is written down. */
export function symbols(source: Source, node: Node | null = source.root): DocumentSymbol[] {
  return entriesOf(node).flatMap(({ key, name, value }) => {
    const selection = extentOf(key);
    if (!selection || name === '') return [];
    const end = Math.max(selection[1], extentOf(value)?.[1] ?? 0);
    const detail = isScalar(value) || isSeq(value) ? textOf(source, value) : '';
    return [
      {
        name,
        detail,
        kind: kindOf(value),
        range: source.range([selection[0], end]),
        selectionRange: source.range(selection),
        children: symbols(source, value),
      },
    ];
  });
}

function textOf(source: Source, node: Node): string {
  const extent = extentOf(node);
  const text = extent === null ? '' : source.text.slice(...extent).replace(/\s+/gu, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function kindOf(node: Node | null): SymbolKind {
  if (isMap(node)) return SymbolKind.Module;
  if (isSeq(node)) return SymbolKind.Array;
  const value: unknown = isScalar(node) ? node.value : undefined;
  switch (typeof value) {
    case 'number':
      return SymbolKind.Number;
    case 'boolean':
      return SymbolKind.Boolean;
    case 'string':
      return SymbolKind.String;
    default:
      return SymbolKind.Null;
  }
}
