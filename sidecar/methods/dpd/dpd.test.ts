import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from '../../backends/prepare.ts';
import { environmentFacts, environmentOptions, policyOutputs } from '../../environments/options.ts';
import { environments } from '../../environments/registry.ts';
import { mlp } from '../../models/mlp.spec.ts';
import type { Network } from '../../models/network.ts';
import { Stream } from '../../random/stream.ts';
import { Optimizer } from '../../trainer/optimizer.ts';
import { disposeResult, runPhase } from '../../trainer/phase.ts';
import type { Clock, MethodContext, Phase, Stage, Training, TrainingBatch } from '../training.ts';
import { distillation } from './distillation.ts';
import { dpd, learnerOf } from './index.ts';
import type { Learner, Setting } from './learner.ts';
import { dpdOptions, type DpdOptions } from './options.ts';

const SEED = 5;
const SGD = { name: 'sgd', learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0 } as const;
const ADAM = {
  name: 'adam',
  learningRate: 0.003,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
} as const;
const CONSTANT = { name: 'constant', warmupEpochs: 0 } as const;
const NO_SAMPLES = {
  count: () => 0,
  batches: () => {
    throw new Error('There are no samples.');
  },
};
const NO_BATCH = { size: 0, views: [], samples: new Uint32Array() } as unknown as TrainingBatch;

type Settings = Record<string, unknown>;
const DDPG = { name: 'pendulum', algorithm: { name: 'ddpg', warmup: 4, replay: 64 } };
const PPO = { name: 'cartPole', algorithm: { name: 'ppo', horizon: 6, environments: 2, epochs: 2 } };
const GAUSSIAN = { ...PPO, name: 'pendulum', algorithm: { ...PPO.algorithm, normaliseObservations: true } };
const TABLE = {
  name: 'cliffWalking',
  algorithm: { name: 'tabular', horizon: 6, environments: 2, epochs: 2 },
};

function contextOf({ name, ...settings }: Settings): MethodContext<DpdOptions> {
  const environment = environmentOptions.parse({ name });
  const facts = environmentFacts(environment);
  const [input, outputs] = [[facts.observation], policyOutputs(facts.actions)];
  return {
    options: dpdOptions.parse({
      name: 'dpd',
      distillation: { batchSize: 8, ...(settings['distillation'] as object | undefined) },
      evaluationEpisodes: 2,
      ...Object.fromEntries(Object.entries(settings).filter(([key]) => key !== 'distillation')),
    }),
    seed: SEED,
    input,
    classes: outputs,
    acting: { environment, batchSize: 4 },
    trainSamples: 0,
    stages: [{ name: 'training', steps: 100, epochs: 1, schedule: CONSTANT }],
    modelNames: ['actor', 'critic'],
    backbone: (_model, from = input, to = outputs) => mlp({ name: 'mlp', trunk: [8], branch: [] }, from, to),
    rng: (stream) => Stream.of(SEED, `method/${stream}`),
  };
}

function settingOf(settings: Settings): Setting {
  const { options, seed, acting, backbone, rng } = contextOf(settings);
  if (!acting) throw new Error('nothing to act in');
  const environment = environments[acting.environment.name];
  return {
    options,
    seed,
    batchSize: acting.batchSize,
    environment,
    facts: environmentFacts(acting.environment),
    backbone,
    rng,
  };
}

const clockAt = (step: number): Clock => ({ step, stageStep: step, epoch: 0, stage: 'training' });

/** As the loop drives a stage. */
async function drive(
  stage: Pick<Stage, 'phases' | 'beforeStep' | 'afterStep'>,
  from: number,
  to: number,
): Promise<void> {
  const optimizers = new Map(stage.phases.map(({ optimizer }) => [optimizer, new Optimizer(ADAM, CONSTANT)]));
  for (let step = from; step < to; step++) {
    const clock = clockAt(step);
    await stage.beforeStep?.(clock, NO_SAMPLES);
    for (const phase of stage.phases) {
      const optimizer = optimizers.get(phase.optimizer);
      if (!optimizer || (phase.active && !phase.active(clock))) continue;
      const updater = { optimizer, learningRate: ADAM.learningRate };
      disposeResult(runPhase(phase, NO_BATCH, clock, () => updater));
    }
    tf.tidy(() => stage.afterStep?.(clock, null));
  }
}

const valuesOf = (network: Network): Record<string, number[]> =>
  Object.fromEntries(network.declarations.map(({ name }) => [name, [...network.variable(name).dataSync()]]));
const allValues = (networks: Training['networks']) =>
  Object.fromEntries(Object.entries(networks).map(([name, network]) => [name, valuesOf(network)]));
const stageOf = ({ stages: [stage] }: Training): Stage => {
  if (!stage) throw new Error('no stage');
  return stage;
};

/** Both learners after a few steps of their own, and what the first takes over from the second. */
async function pair(settings: Settings): Promise<{ own: Learner; peer: Learner; phase: Phase }> {
  const setting = settingOf(settings);
  const [own, peer] = [learnerOf('learner1', setting), learnerOf('learner2', setting)];
  for (const learner of [own, peer]) await drive(learner, 0, 12);
  const { facts, options } = setting;
  return { own, peer, phase: distillation(own, peer, { facts, options, random: Stream.of(1, 'distil') }) };
}

beforeAll(async () => {
  await prepareBackend('cpu', { env: {} });
});

describe.each([
  ['DDPG', DDPG],
  ['PPO', PPO],
  ['PPO, continuous', GAUSSIAN],
  ['tables', TABLE],
])('%s: the invariants of dpd.md §8', (_name, settings) => {
  it('5: distillation changes the own actor alone: no peer, no critic, no target network', async () => {
    const { own, peer, phase } = await pair(settings);
    const before = { ...allValues(own.networks), ...allValues(peer.networks) };
    const optimizer = new Optimizer(SGD, CONSTANT);
    disposeResult(runPhase(phase, NO_BATCH, clockAt(20), () => ({ optimizer, learningRate: 1 })));
    const after = { ...allValues(own.networks), ...allValues(peer.networks) };
    const changed = Object.keys(before).filter(
      (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
    );
    expect(changed).toEqual(['actor1']);
  });

  it('6: a small step along its gradient makes the loss of the same states smaller', async () => {
    const { phase } = await pair(settings);
    const lossNow = () =>
      tf.tidy(() => {
        const [term] = phase.forward(
          NO_BATCH,
          clockAt(20),
          phase.targets?.(NO_BATCH, clockAt(20)) ?? [],
        ).terms;
        return term?.value.dataSync()[0] ?? NaN;
      });
    // Constants of the loss depend on the own policy through ξ, so they are held.
    const targets = phase.targets?.(NO_BATCH, clockAt(20)) ?? [];
    const held: Phase = { ...phase, targets: () => targets.map((each) => each.clone()) };
    const loss = () =>
      tf.tidy(() => held.forward(NO_BATCH, clockAt(20), targets).terms[0]?.value.dataSync()[0] ?? NaN);
    const before = loss();
    expect(before).toBeCloseTo(lossNow(), 5);
    const optimizer = new Optimizer(SGD, CONSTANT);
    disposeResult(runPhase(held, NO_BATCH, clockAt(20), () => ({ optimizer, learningRate: 1e-3 })));
    expect(loss()).toBeLessThan(before);
  });

  it('10: without distillation, two learners are two runs that know nothing of each other', async () => {
    const both = dpd(contextOf({ ...settings, mode: 'none' }));
    await drive(stageOf(both), 0, 20);
    for (const name of ['learner1', 'learner2']) {
      const alone = learnerOf(name, settingOf({ ...settings, mode: 'none' }));
      await drive(alone, 0, 20);
      for (const [network, values] of Object.entries(allValues(alone.networks)))
        expect(allValues(both.networks)[network], network).toEqual(values);
    }
    const distilled = dpd(contextOf({ ...settings, mode: 'uniform' }));
    await drive(stageOf(distilled), 0, 20);
    expect(allValues(distilled.networks)['actor1']).not.toEqual(allValues(both.networks)['actor1']);
  });

  it('does not distil from a peer that has been nowhere, and begins with two different learners', async () => {
    const setting = settingOf(settings);
    const [own, peer] = [learnerOf('learner1', setting), learnerOf('learner2', setting)];
    const { facts, options } = setting;
    const phase = distillation(own, peer, { facts, options, random: Stream.of(1, 'distil') });
    expect(phase.active?.(clockAt(0))).toBe(false);
    await peer.beforeStep(clockAt(0));
    expect(phase.active?.(clockAt(0))).toBe(true);
    expect(allValues(own.networks)['actor1']).not.toEqual(allValues(peer.networks)['actor2']);
  });

  it('puts back all that it remembers: what is saved goes on as what was never stopped', async () => {
    const [through, stopped] = [dpd(contextOf(settings)), dpd(contextOf(settings))];
    await drive(stageOf(through), 0, 9);
    for (const [name, network] of Object.entries(through.networks)) {
      const other = stopped.networks[name];
      if (!other) throw new Error(name);
      other.copyFrom(network);
    }
    const saved = Object.entries(through.slots).map(([name, slot]) => [name, slot.save()] as const);
    for (const [name, values] of saved) {
      for (const value of Object.values(values))
        if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite);
      stopped.slots[name]?.restore(structuredClone(values));
    }
    await drive(stageOf(through), 9, 25);
    await drive(stageOf(stopped), 9, 25);
    expect(allValues(stopped.networks)).toEqual(allValues(through.networks));
    const slots = ({ slots: all }: Training) => Object.values(all).map((slot) => slot.save());
    expect(slots(stopped)).toEqual(slots(through));
  });

  it('evaluates on the same episodes every time, and shows one of each learner', async () => {
    const { evaluation } = dpd(contextOf(settings));
    if (evaluation.kind !== 'custom') throw new Error('not its own');
    const { series, exhibits } = await evaluation.evaluate(clockAt(1));
    expect(await evaluation.evaluate(clockAt(2))).toEqual({ series, exhibits });
    expect(series['evaluation/best/return']).toBe(
      Math.max(series['evaluation/learner1/return'] ?? NaN, series['evaluation/learner2/return'] ?? NaN),
    );
    expect(Object.keys(exhibits ?? {})).toEqual(['episode/learner1', 'episode/learner2']);
    const tested = await evaluation.test?.();
    expect(Object.keys(tested?.['learner1'] ?? {})).toEqual(['return', 'deviation', 'steps']);
  });
});

it('tables say exactly what following the better learner would be worth', async () => {
  const training = dpd(contextOf(TABLE));
  await drive(stageOf(training), 0, 12);
  const { evaluation } = training;
  if (evaluation.kind !== 'custom') throw new Error('not its own');
  const { series } = await evaluation.evaluate(clockAt(12));
  const values = ['learner1', 'learner2'].map((name) => series[`evaluation/${name}/startValue`] ?? NaN);
  expect(series['evaluation/hybrid/startValue']).toBeGreaterThanOrEqual(Math.max(...values) - 1e-6);
});
