import { experimentSchema } from '../../../../sidecar/config/experiment.ts';
import type { Complaint } from '../../../../sidecar/config/findings.ts';
import { isRequired } from '../../../../sidecar/config/setting.ts';
import { entryAt, isFlow, type Entry } from '../../../../sidecar/config/yamlTree.ts';
import { isMap, isSeq, type Node } from 'yaml';
import { block, inline } from '../edits/text.ts';
import { removeEntry } from '../edits/remove.ts';
import type { Source } from '../source.ts';
import type { Candidate } from './candidates.ts';
import { sampleOf } from './sample.ts';

/** What can be done about a text that is no experiment yet. */
export function syntaxFixes(source: Source, { code, place }: Complaint): Candidate[] {
  const [from] = place ?? [0];
  switch (code) {
    case 'duplicateKey':
      return duplicate(source, from);
    case 'notAMap':
      return source.text.trim() === '' || source.root === null ? skeleton(source) : [];
    default:
      return spaces(source);
  }
}

/** Two spaces for every tab that indents. */
function spaces(source: Source): Candidate[] {
  const edits = [...source.text.matchAll(/^[ ]*\t[ \t]*/gmu)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
    text: match[0].replaceAll('\t', '  '),
  }));
  return edits.length > 0 ? [{ title: 'Indent with spaces', edits }] : [];
}

function duplicate(source: Source, offset: number): Candidate[] {
  const entry = entryAt(source.root, offset)?.entry;
  const parent = entry && holderOf(source.root, null, entry);
  const edits = parent ? removeEntry(source, entry, parent.map, parent.owner) : null;
  return edits && entry ? [{ title: `Remove this ${entry.name}`, edits }] : [];
}

/** The map that holds an entry, and the entry whose value that map is. */
function holderOf(
  node: Node | null,
  owner: Entry | null,
  wanted: Entry,
): { map: Node; owner: Entry | null } | null {
  if (isSeq(node))
    for (const item of node.items) {
      const found = holderOf(item as Node, null, wanted);
      if (found) return found;
    }
  if (!isMap(node)) return null;
  for (const { key, value } of node.items) {
    if (key === wanted.key) return { map: node, owner };
    const found = holderOf(
      value as Node | null,
      { key: key as Node, name: '', value: value as Node | null },
      wanted,
    );
    if (found) return found;
  }
  return null;
}

/** Everything that an experiment must have. */
function skeleton(source: Source): Candidate[] {
  const required = Object.entries(experimentSchema.shape).filter(([, schema]) => isRequired(schema));
  const values = Object.fromEntries(required.map(([key, schema]) => [key, sampleOf(schema)]));
  const lines = required.map(([key]) => block(key, values[key], 0, source.eol));
  const text = source.isJson ? inline(values, true) : lines.join(source.eol);
  const end = source.text.length;
  // Null and the like are replaced; comments before them stay.
  const from = source.root && !isFlow(source.root) ? (source.root.range?.[0] ?? end) : end;
  const open = from > 0 && source.text[from - 1] !== '\n' ? source.eol : '';
  const edits = [
    { from: source.text.trim() === '' ? 0 : from, to: end, text: `${open}${text}${source.eol}` },
  ];
  return [{ title: 'Write the required settings', edits }];
}
