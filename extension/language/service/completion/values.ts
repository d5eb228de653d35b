import {
  CompletionItemKind,
  InsertTextFormat,
  MarkupKind,
  type CompletionItem,
} from 'vscode-languageserver-types';
import { experimentSchema } from '../../../../sidecar/config/experiment.ts';
import { schemaAt } from '../../../../sidecar/config/schemaWalk.ts';
import { settingAt, type Setting } from '../../../../sidecar/config/setting.ts';
import { CERTAINTY, settingMarkdown } from '../../../../sidecar/config/settingText.ts';
import { methodChoices } from '../../../../sidecar/config/template.ts';
import { inline } from '../edits/text.ts';
import { samplesOf } from '../fixes/sample.ts';
import { baselineValues } from './baselineValues.ts';
import { filterText, isQuoted, replaced, type Place } from './place.ts';

/** A value that could be typed. */
export interface Suggestion {
  readonly value: unknown;
  readonly detail: string;
  readonly documentation?: string;
}

/** Values for the setting at the cursor: choices, the default, what sources used, runs and files for a baseline. */
export function valueItems(place: Place): CompletionItem[] {
  const { cursor, data } = place;
  const setting = settingAt(data, cursor.path);
  if (!setting) return [];
  const all = [...baselineValues(place, cursor.path), ...suggestionsFor(place, setting)];
  const distinct = [...new Map(all.map((each) => [JSON.stringify(each.value), each])).values()];
  return distinct.map((suggestion, index) => itemOf(place, setting, suggestion, index));
}

function suggestionsFor({ data, cursor }: Place, setting: Setting): Suggestion[] {
  const isMethod = setting.path.join('.') === 'method.name';
  const citations = new Map(isMethod ? methodChoices().map(({ name, citation }) => [name, citation]) : []);
  const found = setting.choices.map(({ value, meaning }): Suggestion => {
    const citation = citations.get(String(value));
    return {
      value,
      detail: value === setting.default ? `${meaning} (default)`.trim() : meaning,
      ...(citation !== undefined && { documentation: citation }),
    };
  });
  if (setting.kind === 'boolean')
    found.push(
      ...[true, false].map((value) => ({ value, detail: value === setting.default ? 'default' : '' })),
    );
  if (setting.kind === 'map') {
    const schema = schemaAt(experimentSchema, data, cursor.path);
    if (schema) found.push(...samplesOf(schema).map((value) => ({ value, detail: '' })));
  } else if (setting.default !== undefined && setting.choices.length === 0 && setting.kind !== 'boolean')
    found.push({ value: setting.default, detail: 'default' });
  if (setting.choices.length === 0)
    found.push(
      ...setting.paper.map(({ value, certainty, source }) => ({
        value,
        detail: `${CERTAINTY[certainty]}: ${source}`,
      })),
    );
  return found;
}

function itemOf(
  place: Place,
  setting: Setting,
  { value, detail, documentation }: Suggestion,
  index: number,
): CompletionItem {
  const text = inline(value, isQuoted(place));
  const label = typeof value === 'string' ? value : text;
  return {
    label,
    kind: setting.choices.length > 0 ? CompletionItemKind.EnumMember : CompletionItemKind.Value,
    ...(detail !== '' && { detail }),
    documentation: {
      kind: MarkupKind.Markdown,
      value: [...(documentation === undefined ? [] : [documentation]), settingMarkdown(setting)].join('\n\n'),
    },
    sortText: String(index).padStart(3, '0'),
    filterText: filterText(place, label),
    insertTextFormat: InsertTextFormat.PlainText,
    textEdit: { range: replaced(place), newText: text },
  };
}
