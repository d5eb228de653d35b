/** A small, valid run for tests. */
import type { NewRun } from '../runs.ts';

export const sampleRun: NewRun = {
  experimentText: 'method: { name: dkel }\n',
  experimentFileName: 'sample.distill.yaml',
  resolvedYaml: 'method:\n  name: dkel\n',
  record: {
    experiment: { name: 'sample', path: null },
    method: 'dkel',
    model: 'resnet8',
    dataset: 'mnist',
    seed: 42,
    totalSteps: 100,
    totalEpochs: 4,
    headline: { series: 'validation/teacherBest/top1', unit: '%', better: 'higher' },
  },
};
