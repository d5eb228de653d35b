import { isMap } from 'yaml';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parseData } from '../../../../sidecar/config/check.ts';
import type { Path } from '../../../../sidecar/config/findings.ts';
import { without } from '../../../../sidecar/config/records.ts';
import { entriesOf, reach } from '../../../../sidecar/config/yamlTree.ts';
import { removeAt } from '../edits/remove.ts';
import { applied, difference, type Edit } from '../edits/text.ts';
import { Source } from '../source.ts';
import { meaningOf, sameExperiment } from './same.ts';

/** Takes away everything below `path` without which the experiment is the same; comments stay. */
export function withoutDefaults(source: Source, path: Path): Edit[] {
  const { parsed } = source.checked;
  if (!parsed || !source.experiment.data) return [];
  let now = source;
  for (const at of idleBelow(source, source.experiment.data, meaningOf(parsed), path).paths) {
    const edits = removeAt(now, at);
    const text = edits && applied(now.text, edits);
    if (text === null) continue;
    const next = new Source(
      TextDocument.create(source.document.uri, source.document.languageId, 0, text),
      source.found,
    );
    // Where a removal cannot be written, such as of what an alias brings, the text stays.
    if (next.experiment.problems.length === 0) now = next;
  }
  return sameExperiment(source, now.text) ? difference(source.text, now.text) : [];
}

/** Paths below `path` without which `data` means the same, outermost first, and what is left. */
function idleBelow(
  source: Source,
  data: unknown,
  meaning: string,
  path: Path,
): { readonly paths: Path[]; readonly left: unknown } {
  const { node, depth } = reach(source.root, path);
  const paths: Path[] = [];
  let left = data;
  if (depth < path.length || !isMap(node)) return { paths, left };
  for (const { name } of entriesOf(node)) {
    const at = [...path, name];
    const less = without(left, at);
    const parsed = parseData(less, source.probe, source.document.uri);
    if (parsed && meaningOf(parsed) === meaning) {
      paths.push(at);
      left = less;
    } else {
      const deeper = idleBelow(source, left, meaning, at);
      paths.push(...deeper.paths);
      left = deeper.left;
    }
  }
  return { paths, left };
}
