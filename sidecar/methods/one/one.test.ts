import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { use } from '../../backends/ops/testing.ts';
import { Network, TRAINING } from '../../models/network.ts';
import { mixture } from '../parts/mixture.ts';
import { logitsOf } from '../parts/supervised.ts';
import {
  batchOf,
  close,
  clockOf,
  fixture,
  gradientsOf,
  indicators,
  networkOf,
  predicted,
  rows,
  samples,
  say,
  stageOf,
  table,
  termOf,
  termsAt,
  totalOf,
  trained,
  unreached,
  untouched,
} from '../parts/testing.ts';
import { gateSpec } from './gate.spec.ts';

type Rows = number[][];
const { inputs, one } = fixture('baselines') as {
  readonly inputs: { readonly labels: number[]; readonly logits: Rows[] };
  readonly one: Readonly<
    Record<'pooled_trunk_features' | 'gate_W' | 'pre_bn' | 'gates' | 'gated_logits', Rows>
  > & {
    readonly gate_b: number[];
    readonly kd: number[];
    readonly epoch: number;
    readonly omega: number;
    readonly ce_sum: number;
    readonly total: number;
  };
};
const DENSE = 'main/head/0.dense';

/** Branches say the fixture's logits; the gate's dense layer gives the fixture's numbers. */
const build = () => {
  const training = trained({ name: 'one' }, { input: [3], classes: 4, models: { student: table } });
  inputs.logits.forEach((logits, index) => {
    say(networkOf(training, 'student'), logits, `branch${index + 1}`);
  });
  const gate = networkOf(training, 'gate');
  gate.set(`${DENSE}/kernel`, Float32Array.from(one.pre_bn.flat()));
  gate.set(`${DENSE}/bias`, new Float32Array(3));
  return { training, gate, stage: stageOf(training, 'training') };
};

describe.each(['cpu', 'wasm'] as const)('ONE on %s', (backend) => {
  beforeAll(() => use(backend));

  it('ONE: the gate is the fixture’s, and its shares sum to 1', () => {
    const gate = new Network('gate', gateSpec([3], 3), { seed: 1 });
    gate.set(`${DENSE}/kernel`, Float32Array.from(one.gate_W.flat()));
    gate.set(`${DENSE}/bias`, Float32Array.from(one.gate_b));
    const features = rows(one.pooled_trunk_features);
    const dense = gate.spec.branches[0]?.head.layers[0];
    const alone = { name: 'head', layers: dense ? [dense] : [] };
    close(gate.runBlocks('main', [alone], features, TRAINING), one.pre_bn);
    const gates = tf.softmax(logitsOf(gate, features, TRAINING));
    close(gates, one.gates);
    close(tf.sum(gates, 1), [1, 1, 1], 1e-6);
    close(mixture(inputs.logits.map(rows), gates), one.gated_logits);
  });

  it('ONE: equals the fixture term by term and in all', () => {
    const { stage } = build();
    const [phase] = stage.phases;
    const clock = clockOf('training', 0, one.epoch);
    close(stage.schedules(clock)['omega'], one.omega, 1e-7);
    const terms = termsAt(phase, indicators(inputs.labels), clock);
    close(
      [1, 2, 3].map((j) => termOf(terms, `peer${j}`, 'ensemble')),
      one.kd,
    );
    const ce = terms.filter(({ name }) => name === 'crossEntropy');
    expect(ce).toHaveLength(4);
    close(totalOf(ce), one.ce_sum);
    close(totalOf(terms), one.total);
    close(phase?.forward(indicators(inputs.labels), clock, []).outputs?.['ensemble'], one.gated_logits);
  });

  it('ONE: with gates that are equal the ensemble is the mean of the logits', () => {
    const { gate, training, stage } = build();
    gate.set(`${DENSE}/kernel`, new Float32Array(9));
    const mean = tf.div(tf.addN(inputs.logits.map(rows)), 3);
    const batch = indicators(inputs.labels);
    close(stage.phases[0]?.forward(batch, clockOf('training'), []).outputs?.['ensemble'], mean, 1e-6);
    close(predicted(training, batch.views[0] as tf.Tensor)['ensemble'], mean, 1e-6);
  });

  it('ONE: equal branches are their ensemble, and learn nothing from it', () => {
    const { training, stage } = build();
    for (const j of [1, 2, 3]) say(networkOf(training, 'student'), inputs.logits[0] ?? [], `branch${j}`);
    const batch = indicators(inputs.labels);
    close(
      stage.phases[0]?.forward(batch, clockOf('training'), []).outputs?.['ensemble'],
      inputs.logits[0],
      1e-6,
    );
    const terms = termsAt(stage.phases[0], batch);
    for (const j of [1, 2, 3]) expect(Math.abs(termOf(terms, `peer${j}`, 'ensemble'))).toBeLessThan(1e-6);
  });

  it('ONE: a gate whose outputs are all negative gives equal shares', () => {
    const { gate, training } = build();
    gate.set('main/head/1.batchNorm/beta', new Float32Array(3).fill(-50));
    const { ensemble } = predicted(training, tf.eye(3));
    close(ensemble, tf.div(tf.addN(inputs.logits.map(rows)), 3), 1e-6);
  });
});

describe('ONE at work', () => {
  beforeAll(() => use('wasm'));

  it('ONE: KD sends no gradient to the gate; the ensemble’s cross-entropy does, and to branches and trunk', () => {
    const training = trained({ name: 'one', rampEpochs: 1 });
    const [phase] = stageOf(training, 'training').phases;
    const batch = batchOf('one', { views: 1, size: 9 });
    const clock = clockOf('training', 0, 2);
    const of = (name: string, only: (term: { role: string; name: string }) => boolean) =>
      gradientsOf(phase, batch, networkOf(training, name).parameters(), only, clock);
    expect(untouched(of('gate', ({ name }) => name === 'ensemble'))).toBe(true);
    expect(untouched(of('gate', ({ role }) => role !== 'ensemble'))).toBe(true);
    // The bias before a batch norm has no slope but for rounding.
    expect(
      unreached(of('gate', ({ role }) => role === 'ensemble')).filter((name) => !name.endsWith('/bias')),
    ).toEqual([]);
    expect(unreached(of('student', ({ role }) => role === 'ensemble'))).toEqual([]);
  });

  it('ONE: branch 1 is deployed, and each branch is told of', () => {
    const training = trained({ name: 'one' });
    expect(training.evaluation).toMatchObject({ best: { among: ['peer1'] } });
    expect(Object.keys(predicted(training, samples('x', 2)))).toEqual([
      'peer1',
      'peer2',
      'peer3',
      'ensemble',
    ]);
  });
});
