import type { Range, WorkspaceEdit } from 'vscode-languageserver-types';
import { experimentSchema } from '../../../sidecar/config/experiment.ts';
import type { Path } from '../../../sidecar/config/findings.ts';
import { isFreeName } from '../../../sidecar/config/names.ts';
import { valueAt } from '../../../sidecar/config/records.ts';
import { accepts } from '../../../sidecar/config/schemaWalk.ts';
import { extentOf, reach, type Entry } from '../../../sidecar/config/yamlTree.ts';
import { renameKey } from './edits/rename.ts';
import { pathAt } from './pathAt.ts';
import type { Source } from './source.ts';

/** The name at an offset, if people have chosen it; what the schema or the method fixes is refused. */
function chosenName(source: Source, offset: number): { readonly path: Path; readonly entry: Entry } | null {
  const path = pathAt(source, offset);
  if (!path || !isFreeName(path, source.data)) return null;
  const { entry } = reach(source.root, path);
  const extent = extentOf(entry?.key);
  return entry && extent && offset >= extent[0] && offset <= extent[1] ? { path, entry } : null;
}

export function prepareRename(source: Source, offset: number): Range | null {
  const chosen = chosenName(source, offset);
  const extent = chosen && extentOf(chosen.entry.key);
  if (!extent) return null;
  const quoted = /["']/u.test(source.text.charAt(extent[0])) ? 1 : 0;
  return source.range([extent[0] + quoted, extent[1] - quoted]);
}

/** Null where no chosen name stands, and for a new one that is taken or that the schema refuses. */
export function rename(source: Source, offset: number, name: string): WorkspaceEdit | null {
  const chosen = chosenName(source, offset);
  if (!chosen) return null;
  const siblings = valueAt(source.data, chosen.path.slice(0, -1));
  const value = valueAt(source.data, chosen.path);
  const isTaken = valueAt(siblings, [name]) !== undefined;
  if (isTaken || name === 'default' || !accepts(experimentSchema.shape.models, { [name]: value }))
    return null;
  const edits = renameKey(source, chosen.entry, name) ?? [];
  return {
    changes: {
      [source.document.uri]: edits.map(({ from, to, text }) => ({
        range: source.range([from, to]),
        newText: text,
      })),
    },
  };
}
