import type { DocumentLink } from 'vscode-languageserver-types';
import type { Path } from '../../../sidecar/config/findings.ts';
import { valueAt } from '../../../sidecar/config/records.ts';
import { declarationIn } from '../../../sidecar/config/setting.ts';
import { extentOf, reach } from '../../../sidecar/config/yamlTree.ts';
import type { Source } from './source.ts';
import type { Surroundings } from './surroundings.ts';
import { resolved } from './uris.ts';

/** What the text refers to: a baseline's file or run, and the paper of the method. */
export function links(source: Source, { runs }: Surroundings): DocumentLink[] {
  const at = (path: Path, target: string | null | undefined, tooltip: string): DocumentLink[] => {
    const { depth, node } = reach(source.root, path);
    const extent = depth === path.length ? extentOf(node) : null;
    return extent && typeof target === 'string' ? [{ range: source.range(extent), target, tooltip }] : [];
  };
  const file = valueAt(source.data, ['baseline', 'file']);
  const run = runs.find(({ id }) => id === valueAt(source.data, ['baseline', 'run']));
  const citation = declarationIn(source.data)?.citation ?? '';
  const paper = /arXiv[: ](?<id>\d{4}\.\d{4,5})/u.exec(citation)?.groups?.['id'];
  return [
    ...at(
      ['baseline', 'file'],
      typeof file === 'string' ? resolved(source.document.uri, file) : null,
      'Open the experiment',
    ),
    ...at(['baseline', 'run'], run?.folder, `Open the folder of ${run?.name ?? ''}`),
    ...at(['method', 'name'], paper && `https://arxiv.org/abs/${paper}`, citation),
  ];
}
