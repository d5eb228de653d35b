import type { FormattingOptions, TextEdit } from 'vscode-languageserver-types';
import { ExperimentDocument } from '../../../../sidecar/config/document.ts';
import { applied, difference } from '../edits/text.ts';
import { Source } from '../source.ts';
import { jsonText } from './json.ts';
import { tidyEdits } from './tidy.ts';
import { reindented } from './reindent.ts';
import { TextDocument } from 'vscode-languageserver-textdocument';

/** Indentation and space put in order; keys, values, comments and blank lines stay. A text that does not parse stays. */
export function format(source: Source, options: FormattingOptions): TextEdit[] {
  if (source.experiment.problems.length > 0) return [];
  const indent = Math.min(8, Math.max(1, options.tabSize));
  const text = source.isJson ? jsonText(source, indent) : yamlText(source);
  if (text === null || !isSame(source, text)) return [];
  return difference(source.text, text).map((edit) => ({
    range: source.range([edit.from, edit.to]),
    newText: edit.text,
  }));
}

/** YAML is indented by two columns, whatever the editor says. */
function yamlText(source: Source): string {
  const spaced = applied(source.text, tidyEdits(source));
  const { uri, languageId } = source.document;
  const lines = reindented(new Source(TextDocument.create(uri, languageId, 0, spaced)));
  const text = lines.join(source.eol).replace(/\s*$/u, '');
  return text === '' ? '' : text + source.eol;
}

/** Nothing is formatted at the price of a value or a comment. */
function isSame(source: Source, text: string): boolean {
  const after = new ExperimentDocument(source.document.uri, text);
  if (after.problems.length > 0 || JSON.stringify(after.data) !== JSON.stringify(source.experiment.data))
    return false;
  const { uri, languageId } = source.document;
  const formatted = new Source(TextDocument.create(uri, languageId, 0, text));
  const comments = ({ text: whole, comments: all }: Source): string =>
    all.map((each) => whole.slice(...each).trimEnd()).join('\n');
  return comments(source) === comments(formatted);
}
