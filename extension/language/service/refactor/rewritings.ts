import type { Path } from '../../../../sidecar/config/findings.ts';
import type { Edit } from '../edits/text.ts';
import { pathAt } from '../pathAt.ts';
import type { Source } from '../source.ts';
import { explicitEdits } from './explicit.ts';
import { withoutDefaults } from './withoutDefaults.ts';

export interface Rewriting {
  readonly title: string;
  readonly edits: readonly Edit[];
}

const known = new WeakMap<Source, Map<string, readonly Rewriting[]>>();

/** Ways to write the same experiment: what is meant stays, for the map at an offset and for all of it. */
export function rewritings(source: Source, offset: number): readonly Rewriting[] {
  if (!source.checked.parsed) return [];
  const at = pathAt(source, offset, 'map') ?? [];
  const places = at.length > 0 ? [at, []] : [[]];
  const remembered = known.get(source) ?? new Map<string, readonly Rewriting[]>();
  known.set(source, remembered);
  return places.flatMap((path) => {
    const key = path.join('.');
    const found = remembered.get(key) ?? rewritingsOf(source, path, key || 'the whole experiment');
    remembered.set(key, found);
    return found;
  });
}

const rewritingsOf = (source: Source, path: Path, where: string): Rewriting[] =>
  [
    { title: `Make ${where} explicit`, edits: explicitEdits(source, path) },
    { title: `Remove what equals the default in ${where}`, edits: withoutDefaults(source, path) },
  ].filter(({ edits }) => edits.length > 0);
