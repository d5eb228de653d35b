import { parse } from 'yaml';
import { leavesOf } from './leaves.ts';

/**
 * What a resolved experiment says, by dotted path, as JSON text. Not checked against the schema: runs of other versions are
 * compared too.
 * @throws what the YAML parser says
 */
export function parametersOf(resolvedText: string): Record<string, string> {
  return Object.fromEntries(
    [...leavesOf(parse(resolvedText))].map(([path, value]) => [path, JSON.stringify(value)]),
  );
}
