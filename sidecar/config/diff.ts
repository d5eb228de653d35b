import { stringify } from 'yaml';
import { experimentSchema, type Experiment } from './experiment.ts';
import { ineffectivePaths, type Ineffective } from './ineffective.ts';
import { leavesOf } from './leaves.ts';
import type { ResolvedExperiment } from './load.ts';
import { originsOf, type Origin, type Written } from './origins.ts';
import { planOf } from './plan.ts';
import { inSchemaOrder } from './schemaWalk.ts';
import { onlyStages, statedStages } from './statedStages.ts';

/** One of the experiments that are compared. */
export interface Subject {
  /** For people; two subjects may have the same. */
  readonly label: string;
  readonly resolved: ResolvedExperiment;
  readonly written: Written;
}

/** What one subject has at a path. */
export interface Cell {
  /** Undefined where it has no such setting. */
  readonly value: unknown;
  /** Null where it has no such setting. */
  readonly origin: Origin | null;
  /** Why the value changes nothing there, or null. */
  readonly ineffective: string | null;
}

/** A setting in which subjects differ. */
export interface Difference {
  /** Dotted path. */
  readonly path: string;
  /** Seen from the first subject. added: it has none; removed: it alone has one. */
  readonly kind: 'added' | 'removed' | 'changed';
  /** One for each subject, in order. */
  readonly cells: readonly Cell[];
  /** False when the setting changes nothing wherever there is one: that the values differ cannot matter. */
  readonly matters: boolean;
}

export interface Comparison {
  readonly labels: readonly string[];
  /** The effective configurations as YAML, keys in schema order, without comments: lines differ where settings do. */
  readonly texts: readonly string[];
  /** In schema order; what is equal everywhere is left out. */
  readonly differences: readonly Difference[];
  /** Settings compared, equal or not. */
  readonly settings: number;
}

/**
 * What differs between two or more effective configurations. Settings of stages that follow from the rest in all of them are
 * left out: whoever changes `training.epochs` has changed one thing.
 */
export function compareExperiments(subjects: readonly Subject[]): Comparison {
  const stages = new Set(subjects.flatMap(({ resolved }) => [...statedStages(resolved.experiment)]));
  const columns = subjects.map((subject) =>
    columnOf(subject, onlyStages(subject.resolved.experiment, stages)),
  );
  const paths = columns.reduce<string[]>((all, { values }) => inBothOrders(all, [...values.keys()]), []);
  return {
    labels: subjects.map(({ label }) => label),
    texts: columns.map(({ text }) => text),
    settings: paths.length,
    differences: paths.flatMap((path): Difference[] => {
      const cells = columns.map((column) => column.cell(path));
      if (new Set(cells.map(({ value }) => JSON.stringify(value))).size === 1) return [];
      const has = cells.map(({ origin }) => origin !== null);
      const kind = !has[0] ? 'added' : has.slice(1).some(Boolean) ? 'changed' : 'removed';
      const matters = cells.some(({ origin, ineffective }) => origin !== null && ineffective === null);
      return [{ path, kind, cells, matters }];
    }),
  };
}

/** Every setting by its dotted path, in schema order; lists are one value. */
export const flattenExperiment = (experiment: Experiment): Map<string, unknown> =>
  leavesOf(inSchemaOrder(experimentSchema, experiment));

/** What no training reads. */
const FOR_PEOPLE: readonly Ineffective[] = ['name', 'baseline'].map((path) => ({
  path,
  reason: 'it is for people',
}));

interface Column {
  readonly text: string;
  readonly values: ReadonlyMap<string, unknown>;
  cell(path: string): Cell;
}

function columnOf({ resolved, written }: Subject, experiment: Experiment): Column {
  const values = flattenExperiment(experiment);
  const origin = originsOf(resolved.experiment, written);
  const ineffective = [...FOR_PEOPLE, ...ineffectivePaths(experiment, planOf(experiment))];
  return {
    text: stringify(inSchemaOrder(experimentSchema, experiment), { lineWidth: 0 }),
    values,
    cell: (path) => {
      if (!values.has(path)) return { value: undefined, origin: null, ineffective: null };
      const idle = ineffective.find((each) => path === each.path || path.startsWith(`${each.path}.`));
      return { value: values.get(path), origin: origin(path), ineffective: idle?.reason ?? null };
    },
  };
}

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
