import { distance } from 'fastest-levenshtein';

/** The nearest candidate by edit distance, if it is near enough to be what was meant. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= Math.max(2, Math.ceil(word.length / 3)) ? best.candidate : null;
}

const joined = (word: string): string => word.toLowerCase().replace(/[\s_-]/gu, '');

/** Whether `key` is another spelling of `name`, in snake_case or kebab-case, or one of the names people use for it. */
export const isAlsoCalled = (key: string, name: string, alsoCalled: readonly string[]): boolean =>
  key !== name &&
  ((/[_-]/u.test(key) && joined(key) === joined(name)) ||
    alsoCalled.some((other) => joined(other) === joined(key)));

/** The value that was meant: spelt otherwise, known by another name, or the nearest. */
export function valueMeant(
  word: string,
  values: readonly string[],
  alsoCalled: Readonly<Record<string, string>> = {},
): string | null {
  const same = values.find((value) => joined(value) === joined(word));
  const other = Object.entries(alsoCalled).find(([name]) => joined(name) === joined(word))?.[1];
  return same ?? (other !== undefined && values.includes(other) ? other : nearest(word, values));
}
