import { readable } from '../readable.ts';
import type { Source } from '../source.ts';
import type { Cursor } from './cursor.ts';

/** Stands for what is being typed; no key of any schema. */
const TYPED = '\uE000';

/** The data of a half-typed text, as far as it can be read. */
export function partialData(source: Source, cursor: Cursor): Readonly<Record<string, unknown>> {
  if (source.experiment.data) return source.experiment.data;
  const { text } = source;
  const [before, after] = [text.slice(0, cursor.from), text.slice(cursor.to)];
  const word = cursor.quote === '' ? JSON.stringify(TYPED) : TYPED;
  const entry = cursor.what === 'key' && !cursor.hasColon ? `${word}${cursor.quote}: 0` : word;
  const lineEnd = /[\r\n]/u.exec(after)?.index ?? after.length;
  const closers = closersOf(before);
  const comma = /^\s*["\w]/u.test(after) && cursor.flow ? ',' : '';
  const attempts = [
    before + entry + comma + after,
    before + entry + comma + after.slice(0, lineEnd) + closers + after.slice(lineEnd),
    before + entry + closers + after.slice(lineEnd),
    text.slice(0, source.lineStart(cursor.from)) + after.slice(lineEnd),
  ];
  let best: Readonly<Record<string, unknown>> = {};
  for (const attempt of attempts) {
    const { data, isWhole } = readable(attempt);
    if (isWhole) return data;
    if (Object.keys(data).length > Object.keys(best).length) best = data;
  }
  return best;
}

/** Brackets that close what a text leaves open. */
function closersOf(text: string): string {
  const open: string[] = [];
  for (const line of text.split('\n'))
    for (const character of line.replace(/"(?:[^"\\]|\\.)*"|'[^']*'|(?:^|\s)#.*$/gu, ''))
      if (character === '{') open.push('}');
      else if (character === '[') open.push(']');
      else if (character === '}' || character === ']') open.pop();
  return open.reverse().join('');
}
