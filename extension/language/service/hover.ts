import { MarkupKind, type Hover } from 'vscode-languageserver-types';
import { declarationIn, settingAt } from '../../../sidecar/config/setting.ts';
import { settingMarkdown } from '../../../sidecar/config/settingText.ts';
import { namesAt } from '../../../sidecar/config/names.ts';
import { placeOf } from '../../../sidecar/config/yamlTree.ts';
import { pathAt } from './pathAt.ts';
import type { Source } from './source.ts';

/** What the setting at an offset means, may be and was in its sources. */
export function hover(source: Source, offset: number, documentation: string | null): Hover | null {
  const at = pathAt(source, offset);
  // An item of a list means what the list means.
  const path = typeof at?.at(-1) === 'number' ? at.slice(0, -1) : at;
  const setting = path && settingAt(source.data, path);
  if (!path || !setting) return null;
  const key = placeOf(source.root, path, true);
  const onKey = offset >= key[0] && offset <= key[1];
  const named = namesAt(path.slice(0, -1), source.data).find(({ name }) => name === path.at(-1));
  const citation = path.join('.') === 'method.name' ? declarationIn(source.data)?.citation : undefined;
  const parts = [
    ...(named ? [named.meaning] : []),
    settingMarkdown(setting),
    ...(citation === undefined ? [] : [citation]),
    ...(documentation === null ? [] : [`[All settings](${documentation}#${String(path[0]).toLowerCase()})`]),
  ];
  return {
    contents: { kind: MarkupKind.Markdown, value: parts.join('\n\n') },
    range: source.range(onKey ? key : placeOf(source.root, path, false)),
  };
}
