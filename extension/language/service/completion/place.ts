import type { Range } from 'vscode-languageserver-types';
import type { Source } from '../source.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Cursor } from './cursor.ts';

/** Everything that decides what can be typed. */
export interface Place {
  readonly source: Source;
  readonly cursor: Cursor;
  readonly data: Readonly<Record<string, unknown>>;
  readonly surroundings: Surroundings;
}

/** Whether keys and texts are quoted there. */
export const isQuoted = ({ source, cursor }: Place): boolean => source.isJson || cursor.quote === '"';

/** What a completion replaces: the word, its quotes included. */
export function replaced({ source, cursor: { from, to, quote } }: Place): Range {
  const closes = quote !== '' && source.text[to] === quote;
  return source.range([from - quote.length, closes ? to + 1 : to]);
}

/** What an editor compares with what is typed: it begins as the replaced text does. */
export const filterText = ({ cursor: { quote } }: Place, label: string): string => `${quote}${label}${quote}`;

/** A text as a snippet has it: nothing in it is a placeholder. */
export const literally = (text: string): string => text.replace(/[\\$}]/gu, '\\$&');
