import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { entriesOf, extentOf } from '../../../../sidecar/config/yamlTree.ts';
import type { Source } from '../source.ts';

/** JSON with one entry per line and lists of plain values in one; null where there are comments, which JSON has not. */
export function jsonText(source: Source, indent: number): string | null {
  if (source.comments.length > 0 || source.root === null) return null;
  return `${written(source, source.root, 0, indent)}${source.eol}`;
}

function written(source: Source, node: Node | null, depth: number, indent: number): string {
  const [outer, inner] = [' '.repeat(depth * indent), ' '.repeat((depth + 1) * indent)];
  if (isMap(node)) {
    const lines = entriesOf(node).map(
      ({ name, value }) => `${inner}${JSON.stringify(name)}: ${written(source, value, depth + 1, indent)}`,
    );
    return lines.length === 0 ? '{}' : ['{', lines.join(`,${source.eol}`), `${outer}}`].join(source.eol);
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => written(source, item as Node, depth + 1, indent));
    if (node.items.every((item) => isScalar(item))) return `[${items.join(', ')}]`;
    return ['[', items.map((item) => inner + item).join(`,${source.eol}`), `${outer}]`].join(source.eol);
  }
  const extent = extentOf(node);
  const text = extent ? source.text.slice(...extent) : 'null';
  // A number keeps the digits it was written with.
  if (isScalar(node) && typeof node.value === 'number' && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/iu.test(text))
    return text;
  return JSON.stringify(isScalar(node) ? node.value : null);
}
