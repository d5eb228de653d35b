import { isRecord } from './document.ts';

/** Everything in nested maps that is no map itself, by dotted path; lists stay whole. */
export function leavesOf(value: unknown): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  const visit = (part: unknown, path: string): void => {
    if (isRecord(part))
      for (const [key, child] of Object.entries(part)) visit(child, path === '' ? key : `${path}.${key}`);
    else leaves.set(path, part);
  };
  visit(value, '');
  return leaves;
}
