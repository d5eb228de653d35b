import type { Source } from '../source.ts';

/** The offset behind the colon that follows a key's end, or `offset` where none does. */
export function colonAfter({ text }: Source, offset: number): number {
  const colon = /^\s*:/u.exec(text.slice(offset, offset + 100));
  return colon ? offset + colon[0].length : offset;
}
