import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import {
  batchOf,
  close,
  fixture,
  indicators,
  networkOf,
  predicted,
  samples,
  say,
  stageOf,
  Steps,
  table,
  termOf,
  termsAt,
  trained,
  weightsOf,
} from '../parts/testing.ts';

const { inputs, basics } = fixture('baselines') as {
  readonly inputs: { readonly labels: number[]; readonly logits: number[][][] };
  readonly basics: { readonly ce: number[] };
};

describe.each(['cpu', 'wasm'] as const)('plain training on %s', (backend) => {
  beforeAll(() => use(backend));

  it('vanilla: is the fixture’s cross-entropy and nothing else', () => {
    const training = trained({ name: 'vanilla' }, { input: [3], classes: 4, models: { student: table } });
    inputs.logits.forEach((logits, index) => {
      say(networkOf(training, 'student'), logits);
      const terms = termsAt(stageOf(training, 'training').phases[0], indicators(inputs.labels));
      expect(terms.map(({ role, name, weight }) => [role, name, weight])).toEqual([
        ['student', 'crossEntropy', 1],
      ]);
      close(termOf(terms, 'student', 'crossEntropy'), basics.ce[index]);
    });
  });

  it('vanilla: independent branches without KD are CL-ILR with ω = 0 and an unscaled trunk', async () => {
    const branches = trained({ name: 'clilr', omegaMax: 0, rescaleTrunk: false });
    const { terms, total } = await new Steps(stageOf(branches, 'training')).take(
      batchOf('one', { views: 1 }),
    );
    const ce = [1, 2, 3].map((j) => terms[`peer${j}/crossEntropy`] ?? NaN);
    close(
      total,
      ce.reduce((a, b) => a + b, 0),
      1e-6,
    );
  });

  it('vanilla: the single network is what is evaluated', async () => {
    const training = trained({ name: 'vanilla' });
    const start = weightsOf(networkOf(training, 'student'));
    await new Steps(stageOf(training, 'training')).take(batchOf('one', { views: 1 }));
    expect(weightsOf(networkOf(training, 'student'))).not.toEqual(start);
    expect(Object.keys(predicted(training, samples('x', 2)))).toEqual(['student']);
    expect(training.evaluation).toMatchObject({ best: { among: ['student'] } });
  });
});
