import { isMap } from 'yaml';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parseData } from '../../../../sidecar/config/check.ts';
import type { Path } from '../../../../sidecar/config/findings.ts';
import { isRecord, valueAt } from '../../../../sidecar/config/records.ts';
import { entriesOf, reach } from '../../../../sidecar/config/yamlTree.ts';
import { removeAt } from '../edits/remove.ts';
import { applied, difference, type Edit } from '../edits/text.ts';
import { Source } from '../source.ts';
import { meaningOf, sameExperiment } from './same.ts';

/** Takes away everything below `path` without which the experiment is the same; comments stay. */
export function withoutDefaults(source: Source, path: Path): Edit[] {
  const { parsed } = source.checked;
  if (!parsed || !source.experiment.data) return [];
  const meaning = meaningOf(parsed);
  const data = structuredClone(source.experiment.data) as Record<string, unknown>;
  let now = source;
  for (const at of idleBelow(source, data, meaning, path)) {
    const edits = removeAt(now, at);
    const text = edits && applied(now.text, edits);
    if (text === null) continue;
    const next = new Source(TextDocument.create(source.document.uri, source.document.languageId, 0, text));
    // Where a removal cannot be written, such as of what an alias brings, the text stays.
    if (next.experiment.problems.length === 0) now = next;
  }
  return sameExperiment(source, now.text) ? difference(source.text, now.text) : [];
}

/** Paths below `path` whose removal from `data` changes no meaning, outermost first; removes them there. */
function idleBelow(source: Source, data: Record<string, unknown>, meaning: string, path: Path): Path[] {
  const { node, depth } = reach(source.root, path);
  const owner = path.length === 0 ? data : valueAt(data, path);
  if (depth < path.length || !isMap(node) || !isRecord(owner)) return [];
  return entriesOf(node).flatMap(({ name }): Path[] => {
    const value = owner[name];
    Reflect.deleteProperty(owner, name);
    const without = parseData(data);
    if (without && meaningOf(without) === meaning) return [[...path, name]];
    owner[name] = value;
    return idleBelow(source, data, meaning, [...path, name]);
  });
}
