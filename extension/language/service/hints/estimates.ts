import type { ResolvedExperiment } from '../../../../sidecar/config/check.ts';
import { estimateOf } from '../../../../sidecar/config/estimate.ts';
import { binary, count, duration } from '../numbers.ts';
import type { KnownRun, Surroundings } from '../surroundings.ts';
import type { Derived } from './inlayHints.ts';

/** Parameters, memory, and time as past runs took it here. */
export const estimates = (resolved: ResolvedExperiment, surroundings: Surroundings): Derived[] => [
  ...sizes(resolved),
  ...times(resolved, surroundings.runs),
];

function sizes({ experiment, plan }: ResolvedExperiment): Derived[] {
  const estimate = estimateOf(experiment, plan);
  if (!estimate) return [];
  const networks = [...estimate.networks].map(([name, parameters]) => `${name}: ${count(parameters)}`);
  const models = [...estimate.models].map(([name, parameters]): Derived => {
    const place = name in experiment.models ? name : 'default';
    return {
      paths: [
        ['models', place, 'name'],
        ['models', place],
      ],
      text: `${count(parameters)} parameters`,
      explanation: `Trainable numbers of ${name} with one head, as it is exported. In the run: ${networks.join(', ')}.`,
    };
  });
  const shownOnce = [...new Map(models.map((each) => [JSON.stringify(each.paths), each])).values()];
  return [
    ...shownOnce,
    {
      paths: [['training', 'batchSize'], ['training'], ['method', 'name']],
      text: `≈ ${binary(estimate.bytes)}`,
      explanation:
        'An estimate of the memory of one step, from the layers alone: weights, gradients, optimiser slots, activations of a batch. The backend’s own needs come on top.',
    },
  ];
}

/** Seconds per step as runs of the same method, models and data took them, for this batch size. */
function times({ experiment, plan }: ResolvedExperiment, runs: readonly KnownRun[]): Derived[] {
  // As runs are named: the backbones, each once.
  const models = [...new Set([...plan.models.values()].map((each) => each?.name ?? 'none'))].join('-');
  const { batchSize } = experiment.training;
  const seconds = runs
    .filter(
      ({ method, model, dataset }) =>
        method === experiment.method.name && dataset === plan.source && model === models,
    )
    .flatMap((run) =>
      run.secondsPerStep === null ? [] : [(run.secondsPerStep * batchSize) / (run.batchSize ?? batchSize)],
    )
    .sort((a, b) => a - b);
  const median = seconds[Math.floor(seconds.length / 2)];
  if (median === undefined) return [];
  const past = `${seconds.length} past ${seconds.length === 1 ? 'run' : 'runs'} here`;
  return [
    {
      paths: [['training', 'epochs'], ['training'], ['method', 'name']],
      text: `≈ ${duration(median * plan.stepsPerEpoch)} per epoch, ${duration(median * plan.totalSteps)} in total (from ${past})`,
      explanation: `An estimate from ${past} of the same method, model and data set; the median of their seconds per step, scaled to this batch size.`,
    },
  ];
}
