import type { CompletionItem } from 'vscode-languageserver-types';
import type { Source } from '../source.ts';
import type { Surroundings } from '../surroundings.ts';
import { cursorAt } from './cursor.ts';
import { keyItems } from './keys.ts';
import { partialData } from './partialData.ts';
import { valueItems } from './values.ts';

/** What may stand at an offset, in texts that are half typed too. */
export function completion(source: Source, offset: number, surroundings: Surroundings): CompletionItem[] {
  const cursor = cursorAt(source.text, offset);
  if (!cursor) return [];
  const place = { source, cursor, data: partialData(source, cursor), surroundings };
  return cursor.what === 'key' ? keyItems(place) : valueItems(place);
}
