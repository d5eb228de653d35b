import { isDeepStrictEqual } from 'node:util';
import type { Experiment } from './experiment.ts';
import { planOf } from './plan.ts';

/** A stage's settings as a resolved experiment has them: `stage.key`, for example `teacherInit.steps`. */
export type StageKey = `${string}.${string}`;

/**
 * Which settings of stages do not follow from the rest of a resolved experiment, which writes all of them. What follows is
 * decided from first to last, so of two settings that follow from each other the second is the stated one.
 */
export function statedStages(experiment: Experiment): ReadonlySet<StageKey> {
  const { stages } = planOf(experiment);
  const all = stageKeys(experiment);
  let stated = new Set(all);
  for (const key of all) {
    const fewer = new Set([...stated].filter((other) => other !== key));
    if (isDeepStrictEqual(planOf(onlyStages(experiment, fewer)).stages, stages)) stated = fewer;
  }
  return stated;
}

/** The experiment with these settings of stages, and no others. */
export function onlyStages(experiment: Experiment, keys: ReadonlySet<StageKey>): Experiment {
  const stages = Object.entries(experiment.stages).flatMap(([name, settings]) => {
    const kept = Object.entries(settings).filter(([key]) => keys.has(`${name}.${key}`));
    return kept.length === 0 ? [] : [[name, Object.fromEntries(kept)] as const];
  });
  return { ...experiment, stages: Object.fromEntries(stages) };
}

const stageKeys = ({ stages }: Experiment): StageKey[] =>
  Object.entries(stages).flatMap(([name, settings]) =>
    Object.keys(settings).map((key): StageKey => `${name}.${key}`),
  );
