import { describe, expect, it } from 'vitest';
import { ineffectivePaths } from './ineffective.ts';
import { parseExperiment } from './load.ts';

const paths = (text: string): Record<string, string> => {
  const { resolved, findings } = parseExperiment(
    'x',
    `dataset: { name: synthetic }\nmodels: { default: { name: mlp } }\n${text}`,
  );
  if (!resolved) throw new Error(JSON.stringify(findings));
  return Object.fromEntries(
    ineffectivePaths(resolved.experiment, resolved.plan).map(({ path, reason }) => [path, reason]),
  );
};

describe('what changes nothing', () => {
  it.each([
    ['method: { name: dkel }', {}],
    ['method: { name: dkel, rampShape: none }', { rampEpochs: 'rampShape is none', rampAppliesTo: /none/u }],
    ['method: { name: dkel, ensembleWeight: only }', { decayRate: /only/u, decayCutoff: /only/u }],
    ['method: { name: dkel, decayRate: 0 }', { decayCutoff: /λ stays 1/u }],
    [
      'method: { name: dkel, peers: 2 }',
      { ensembleWeight: /two peers/u, decayRate: /two/u, decayCutoff: /two/u },
    ],
    ['method: { name: dkel, teacherInit: none, initOffByOne: true }', { initOffByOne: /no initial steps/u }],
    ['method: { name: dkel, ema: { beta: 0 } }', { 'ema.warmup': /is the student/u }],
  ])('%s', (text, expected) => {
    const found = Object.entries(paths(text)).filter(([path]) => path.startsWith('method.'));
    expect(found.map(([path]) => path)).toEqual(Object.keys(expected).map((key) => `method.${key}`));
    Object.values(expected).forEach((reason: string | RegExp, index) => {
      expect(found[index]?.[1]).toMatch(reason);
    });
  });

  it('tells it of every place that has an optimiser or a schedule', () => {
    const found = paths(`method: { name: vanilla }
optimizer: { name: sgd, momentum: 0 }
schedule: { name: multiStep, milestones: [] }
stages: { training: { steps: 5, epochs: 2, optimizer: { name: sgd, momentum: 0, learningRate: 1 } } }
`);
    expect(Object.keys(found)).toEqual([
      'optimizer.nesterov',
      'schedule.factor',
      'stages.training.optimizer.nesterov',
      'stages.training.schedule.factor',
      'optimizer',
      'training.epochs',
    ]);
  });

  it('knows what waits for evaluations that never happen', () => {
    const found = paths('method: { name: dkel }\ntraining: { validation: 0, onCollapse: stop }\n');
    expect(Object.keys(found)).toEqual([
      'stages.teacherInit.optimizer.nesterov',
      'evaluation.every',
      'logging.histograms',
      'logging.samples',
      'training.onCollapse',
    ]);
    const onTest = paths('method: { name: dkel, selection: testMax }\ntraining: { validation: 0 }\n');
    expect(Object.keys(onTest)).toEqual(['stages.teacherInit.optimizer.nesterov']);
  });

  it('leaves what a resolved file repeats', () => {
    const { resolved } = parseExperiment(
      'x',
      'dataset: { name: mnist }\nmodels: { default: { name: resnet8 } }\nmethod: { name: dkel }\n',
    );
    if (!resolved) throw new Error('not resolved');
    expect(ineffectivePaths(resolved.experiment, resolved.plan)).toEqual([
      { path: 'stages.teacherInit.optimizer.nesterov', reason: 'momentum is 0' },
    ]);
  });
});
