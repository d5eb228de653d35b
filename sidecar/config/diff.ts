import { experimentSchema, type Experiment } from './experiment.ts';
import { leavesOf } from './leaves.ts';
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
  const [a, b] = [flattenExperiment(before), flattenExperiment(after)];
  return inBothOrders([...a.keys()], [...b.keys()]).flatMap((path): Difference[] => {
    const [left, right] = [a.get(path), b.get(path)];
    if (JSON.stringify(left) === JSON.stringify(right)) return [];
    const kind = !a.has(path) ? 'added' : !b.has(path) ? 'removed' : 'changed';
    return [{ path, kind, before: left, after: right }];
  });
}

/** Every setting by its dotted path, in schema order; lists are one value. */
export const flattenExperiment = (experiment: Experiment): Map<string, unknown> =>
  leavesOf(inSchemaOrder(experimentSchema, experiment));

/** The union of two lists that agree in order: what only the second has stands after what it follows there. */
function inBothOrders(first: readonly string[], second: readonly string[]): string[] {
  const merged = [...first];
  second.forEach((path, index) => {
    if (merged.includes(path)) return;
    const before = second.slice(0, index).findLast((each) => merged.includes(each));
    merged.splice(before === undefined ? 0 : merged.indexOf(before) + 1, 0, path);
  });
  return merged;
}
