/**
 * Patterns of series tags and of names made like them: `*` stands for one part between slashes.
 *
 * API: starsOf.
 */

/** What the stars of the pattern stand for, in order; null where the tag does not match. */
export function starsOf(pattern: string, tag: string): string[] | null {
  const [own, parts] = [pattern.split('/'), tag.split('/')];
  if (own.length !== parts.length) return null;
  if (!own.every((part, index) => part === '*' || part === parts[index])) return null;
  return parts.filter((_, index) => own[index] === '*');
}
