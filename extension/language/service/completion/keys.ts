import {
  CompletionItemKind,
  InsertTextFormat,
  InsertTextMode,
  MarkupKind,
  type CompletionItem,
} from 'vscode-languageserver-types';
import { experimentSchema } from '../../../../sidecar/config/experiment.ts';
import { namesAt } from '../../../../sidecar/config/names.ts';
import { isRecord, valueAt } from '../../../../sidecar/config/records.ts';
import { keysAt } from '../../../../sidecar/config/schemaWalk.ts';
import { settingAt, type Setting } from '../../../../sidecar/config/setting.ts';
import { defaultText, settingMarkdown, typeAndUnit } from '../../../../sidecar/config/settingText.ts';
import { inline } from '../edits/text.ts';
import { filterText, isQuoted, literally, replaced, type Place } from './place.ts';

/** Keys that the map at the cursor may still get: what is required first, then in the order of the schema. */
export function keyItems(place: Place): CompletionItem[] {
  const { cursor, data, source } = place;
  const there = valueAt(data, cursor.path);
  const typed = source.text.slice(cursor.from, cursor.to);
  const isOpen = (key: string): boolean =>
    !isRecord(there) || !Object.hasOwn(there, key) || (cursor.hasColon && key === typed);
  const names = namesAt(cursor.path, data);
  const keys = [...keysAt(experimentSchema, data, cursor.path), ...names.map(({ name }) => name)];
  return keys.filter(isOpen).flatMap((key, index) => {
    const setting = settingAt(data, [...cursor.path, key]);
    if (!setting) return [];
    const meaning = names.find(({ name }) => name === key)?.meaning;
    return [itemOf(place, key, setting, index, meaning)];
  });
}

function itemOf(
  place: Place,
  key: string,
  setting: Setting,
  index: number,
  meaning: string | undefined,
): CompletionItem {
  const { cursor } = place;
  const quotedKey = inline(key, isQuoted(place));
  const body = cursor.hasColon ? '' : `:${bodyOf(place, setting)}${commaAfter(place)}`;
  const preset = defaultText(setting);
  const first = setting.required && names(setting) ? '0' : '1';
  return {
    label: key,
    kind: setting.kind === 'map' ? CompletionItemKind.Module : CompletionItemKind.Property,
    detail: [typeAndUnit(setting), ...(preset === null ? [] : [`default ${preset}`])].join(', '),
    documentation: {
      kind: MarkupKind.Markdown,
      value: [...(meaning === undefined ? [] : [meaning]), settingMarkdown(setting)].join('\n\n'),
    },
    sortText: `${first}${String(index).padStart(3, '0')}`,
    filterText: filterText(place, key),
    insertTextFormat: InsertTextFormat.Snippet,
    insertTextMode: InsertTextMode.adjustIndentation,
    textEdit: { range: replaced(place), newText: literally(quotedKey) + body },
  };
}

/** Free names are not required, though a map of them is. */
const names = ({ path }: Setting): boolean =>
  path[0] !== 'stages' && (path[0] !== 'models' || path.length !== 2);

/** The value of a new key, as a snippet with what is likeliest marked. */
function bodyOf(place: Place, setting: Setting): string {
  const { cursor, data } = place;
  if (setting.kind !== 'map') return ` ${valueSnippet(place, setting, 1)}`;
  const required = keysAt(experimentSchema, data, setting.path).flatMap((key) => {
    const inner = settingAt(data, [...setting.path, key]);
    return inner?.required ? [{ key, inner }] : [];
  });
  const entries = required.map(({ key, inner }, index) => {
    const written = literally(inline(key, isQuoted(place)));
    return `${written}: ${inner.kind === 'map' ? '{ }' : valueSnippet(place, inner, index + 1)}`;
  });
  if (cursor.flow || isQuoted(place)) return ` { ${[...entries, '$0'].join(entries.length > 0 ? '' : ' ')} }`;
  return ['', ...entries.map((entry) => `  ${entry}`), ...(entries.length > 0 ? [] : ['  $0'])].join('\n');
}

function valueSnippet(place: Place, setting: Setting, stop: number): string {
  const quoted = isQuoted(place);
  const texts = setting.choices.map(({ value }) => inline(value, quoted));
  const preset = setting.default === undefined ? null : inline(setting.default, quoted);
  if (setting.kind === 'boolean') return `\${${stop}|${preset === 'true' ? 'false,true' : 'true,false'}|}`;
  if (texts.length > 0) {
    const ordered =
      preset !== null && texts.includes(preset)
        ? [preset, ...texts.filter((each) => each !== preset)]
        : texts;
    return `\${${stop}|${ordered.map((each) => each.replace(/[\\,|$}]/gu, '\\$&')).join(',')}|}`;
  }
  if (preset !== null) return `\${${stop}:${literally(preset)}}`;
  if (setting.kind === 'list') return `[$${stop}]`;
  return quoted && setting.kind === 'text' ? `"$${stop}"` : `$${stop}`;
}

/** Between brackets what follows another entry wants a comma before it. */
function commaAfter({ source, cursor }: Place): string {
  const closes = cursor.quote !== '' && source.text[cursor.to] === cursor.quote ? 1 : 0;
  return cursor.flow && /^\s*["'\p{L}]/u.test(source.text.slice(cursor.to + closes)) ? ',' : '';
}
