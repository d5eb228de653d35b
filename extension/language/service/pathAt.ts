import { isMap, isSeq, type Node } from 'yaml';
import type { Path } from '../../../sidecar/config/findings.ts';
import { entriesOf, extentOf } from '../../../sidecar/config/yamlTree.ts';
import type { Source } from './source.ts';

/**
 * What stands at an offset of a text that parses: the path of the key or value there, or with `map` of the innermost map
 * around it. Null outside of everything.
 */
export function pathAt(source: Source, offset: number, what: 'any' | 'map' = 'any'): Path | null {
  const found = within(source.root, offset, []);
  if (!found) return null;
  return what === 'any' || isMap(found.node) ? found.path : found.map;
}

interface Found {
  readonly path: Path;
  readonly node: Node | null;
  /** Path of the innermost map around it. */
  readonly map: Path;
}

function within(node: Node | null, offset: number, path: Path): Found | null {
  for (const { key, name, value } of entriesOf(node)) {
    const keyExtent = extentOf(key);
    if (keyExtent && offset >= keyExtent[0] && offset <= keyExtent[1])
      return { path: [...path, name], node: value, map: path };
    const extent = extentOf(value);
    if (!extent || offset < extent[0] || offset > extent[1]) continue;
    return within(value, offset, [...path, name]) ?? { path: [...path, name], node: value, map: path };
  }
  if (isSeq(node))
    for (const [index, item] of node.items.entries()) {
      const extent = extentOf(item as Node);
      if (extent && offset >= extent[0] && offset <= extent[1])
        return (
          within(item as Node, offset, [...path, index]) ?? {
            path: [...path, index],
            node: item as Node,
            map: path.slice(0, -1),
          }
        );
    }
  return null;
}
