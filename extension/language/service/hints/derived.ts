import type { ResolvedExperiment } from '../../../../sidecar/config/check.ts';
import { count, plainNumber } from '../numbers.ts';
import type { Derived } from './inlayHints.ts';

const steps = (number: number): string => `${count(number)} ${number === 1 ? 'step' : 'steps'}`;

/** Lengths in steps, and what the method derives from its options. */
export function derivedValues({ experiment, plan }: ResolvedExperiment): Derived[] {
  const { declaration, environment, stages, stepsPerEpoch, splits } = plan;
  // What nobody has counted is not told as if somebody had.
  if (plan.data.guessed === true && experiment.training.epochSteps === null) return [];
  const main = stages.at(-1);
  const found: Derived[] = [
    {
      paths: [
        ['training', 'epochSteps'],
        ['training', 'batchSize'],
        ['training'],
        ['dataset', 'name'],
        ['environment', 'name'],
      ],
      text: `${steps(stepsPerEpoch)} per epoch`,
      explanation:
        environment !== null
          ? 'An environment has no passes over data: training.epochSteps decides.'
          : experiment.training.epochSteps === null
            ? `${count(splits.train)} training samples in batches of ${experiment.training.batchSize}.`
            : `training.epochSteps decides; one pass over ${count(splits.train)} samples would be ${count(Math.ceil(splits.train / experiment.training.batchSize))} steps.`,
    },
  ];
  for (const stage of stages) {
    const own = ['stages', stage.name];
    const isMain = stage === main;
    found.push({
      paths: [
        [...own, 'steps'],
        [...own, 'epochs'],
        own,
        ...(isMain ? [['training', 'epochs'], ['training']] : []),
        ['method', 'name'],
      ],
      text: `${stage.name}: ${steps(stage.steps)}`,
      explanation: `Steps ${count(stage.from)} to ${count(stage.from + stage.steps)} of the run: ${plainNumber(stage.epochs)} epochs of ${stage.title}.`,
    });
  }
  if (main)
    for (const { paths, text, explanation } of declaration.hints?.(experiment.method, main) ?? [])
      found.push({
        paths: [...paths.map((path) => ['method', ...path]), ['method', 'name']],
        text,
        explanation,
      });
  return found;
}
