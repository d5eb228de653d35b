import { isMap } from 'yaml';
import { experimentSchema } from '../../../../sidecar/config/experiment.ts';
import type { Path } from '../../../../sidecar/config/findings.ts';
import { isRecord, valueAt } from '../../../../sidecar/config/records.ts';
import { inSchemaOrder } from '../../../../sidecar/config/schemaWalk.ts';
import { entriesOf, reach } from '../../../../sidecar/config/yamlTree.ts';
import { insertEntry, setValue } from '../edits/insert.ts';
import { applied, type Edit } from '../edits/text.ts';
import type { Source } from '../source.ts';
import { sameExperiment } from './same.ts';

/** Writes every default below `path` that is not written, in the order of the schema; none where all is written. */
export function explicitEdits(source: Source, path: Path): Edit[] {
  const { parsed } = source.checked;
  if (!parsed) return [];
  const complete = inSchemaOrder(experimentSchema, parsed.experiment);
  const edits = missingBelow(source, complete, path);
  return edits.length > 0 && sameExperiment(source, applied(source.text, edits)) ? edits : [];
}

/** Insertions for what is known below `path` but not written; each map gets what it lacks. */
function missingBelow(source: Source, complete: unknown, path: Path): Edit[] {
  const { node, depth } = reach(source.root, path);
  const all = valueAt(complete, path);
  if (depth < path.length || !isRecord(all)) return [];
  const entries = entriesOf(node);
  const order = Object.keys(all);
  if (!isMap(node) || entries.length === 0) return setValue(source, path, all, () => order) ?? [];
  const written = new Set(entries.map(({ name }) => name));
  return order.flatMap((key) =>
    written.has(key)
      ? missingBelow(source, complete, [...path, key])
      : (insertEntry(source, node, key, all[key], order) ?? []),
  );
}
