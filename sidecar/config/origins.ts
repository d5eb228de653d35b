import { declarationOf } from '../methods/registry.options.ts';
import { ExperimentDocument, isRecord } from './document.ts';
import type { Experiment } from './experiment.ts';
import { leavesOf } from './leaves.ts';
import { onlyStages, statedStages } from './statedStages.ts';

/**
 * Where a setting of a resolved experiment comes from. derived: a stage's length, optimiser or schedule that follows from
 * the rest.
 */
export type Origin = 'written' | 'override' | 'preset' | 'derived' | 'default';

/** What a file says itself, before anything is filled in. */
export interface Written {
  readonly paths: ReadonlySet<string>;
  readonly overridden: readonly string[];
}

/** @param text of an experiment file, valid or not */
export function writtenIn(file: string, text: string, overrides: readonly string[]): Written {
  const document = new ExperimentDocument(file, text, overrides);
  return {
    paths: new Set(isRecord(document.data) ? leavesOf(document.data).keys() : []),
    overridden: document.overridden,
  };
}

/** Tells for any dotted path of the experiment where its value comes from. */
export function originsOf(experiment: Experiment, { paths, overridden }: Written): (path: string) => Origin {
  const stated = leavesOf({ stages: onlyStages(experiment, statedStages(experiment)).stages });
  const { presets } = declarationOf(experiment.method.name);
  const preset = 'preset' in experiment.method ? presets[experiment.method.preset] : undefined;
  const ofPreset = leavesOf({ method: preset ?? {} });
  return (path) => {
    if (overridden.some((set) => path === set || path.startsWith(`${set}.`))) return 'override';
    if (paths.has(path)) return 'written';
    if (ofPreset.has(path)) return 'preset';
    if (!path.startsWith('stages.')) return 'default';
    return stated.has(path) ? 'written' : 'derived';
  };
}
