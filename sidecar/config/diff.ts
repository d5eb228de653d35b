import { isRecord } from './document.ts';
import { experimentSchema, type Experiment } from './experiment.ts';
import { inSchemaOrder } from './schemaWalk.ts';

export interface Difference {
  /** Dotted path. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: unknown;
  readonly after: unknown;
}

/** What differs between two effective configurations; keys in schema order, equal parts left out. */
export function diffExperiments(before: Experiment, after: Experiment): Difference[] {
  const [a, b] = [flatten(before), flatten(after)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((path): Difference[] => {
    const [left, right] = [a.get(path), b.get(path)];
    if (JSON.stringify(left) === JSON.stringify(right)) return [];
    const kind = !a.has(path) ? 'added' : !b.has(path) ? 'removed' : 'changed';
    return [{ path, kind, before: left, after: right }];
  });
}

function flatten(experiment: Experiment): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  const visit = (value: unknown, path: string) => {
    if (isRecord(value))
      for (const [key, child] of Object.entries(value)) visit(child, path === '' ? key : `${path}.${key}`);
    else leaves.set(path, value);
  };
  visit(inSchemaOrder(experimentSchema, experiment), '');
  return leaves;
}
