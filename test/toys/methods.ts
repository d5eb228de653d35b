import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '../../sidecar/losses/terms.ts';
import { INFERENCE, Network, TRAINING } from '../../sidecar/models/network.ts';
import { mlp } from '../../sidecar/models/mlp.spec.ts';
import { plain } from '../../sidecar/models/spec.ts';
import { Stream } from '../../sidecar/random/stream.ts';
import type { Phase, Stage, Training, TrainingBatch } from '../../sidecar/methods/training.ts';

/** Methods that exist to show that the loop knows none: each needs something that DKEL does not. */
export const toyNames = ['twoStages', 'alternating', 'perSample', 'environment'] as const;
export type ToyName = (typeof toyNames)[number];

const SEED = 7;
export const SHAPE = [6] as const;
export const CLASSES = 3;
export const SAMPLES = 96;

const network = (name: string, input: readonly number[] = SHAPE, outputs = CLASSES) =>
  new Network(name, plain(mlp({ name: 'mlp', trunk: [8], branch: [] }, input, outputs), input), {
    seed: SEED,
  });
const logits = (of: Network, x: tf.Tensor, mode = TRAINING) =>
  of.branch('main', of.trunk(x, mode), mode).logits;
const firstView = ({ views }: TrainingBatch): tf.Tensor => {
  const [x] = views;
  if (!x) throw new Error('no view');
  return x;
};
const supervised = (name: string, of: Network, optimizer = name): Phase => ({
  name,
  views: 1,
  optimizer,
  parameters: () => of.parameters(),
  forward: (batch) => ({ terms: [crossEntropy(of.name, logits(of, firstView(batch)), batch.labels)] }),
});
const stage = (name: string, phases: Phase[]): Stage => ({ name, phases, schedules: () => ({}) });
const classification = (networks: readonly Network[]): Training['evaluation'] => ({
  kind: 'classification',
  predict: (x) => Object.fromEntries(networks.map((each) => [each.name, logits(each, x, INFERENCE)])),
  best: { id: 'best', among: networks.map(({ name }) => name) },
});
const roles = (networks: readonly Network[]): Training['roles'] =>
  networks.map(({ name }) => ({ id: name, kind: 'student', path: { network: name, output: 'main' } }));

/** A teacher is trained, then a student on its frozen logits. */
function twoStages(): Training {
  const [teacher, student] = [network('teacher'), network('student')];
  return {
    networks: { teacher, student },
    roles: roles([teacher, student]),
    slots: {},
    stages: [
      stage('teacher', [supervised('teacher', teacher)]),
      stage('student', [
        {
          ...supervised('student', student),
          targets: (batch) => [logits(teacher, firstView(batch), INFERENCE)],
          forward: (batch, _clock, [target]) => {
            if (!target) throw new Error('no target');
            const difference = tf.sub(logits(student, firstView(batch)), target);
            return {
              terms: [
                { role: 'student', name: 'imitation', value: tf.mean(tf.square(difference)), weight: 1 },
              ],
            };
          },
        },
      ]),
    ],
    evaluation: classification([teacher, student]),
  };
}

/** Two networks with an optimiser each, updated in turn; the second sees what the first has just become. */
function alternating(): Training {
  const [first, second] = [network('first'), network('second')];
  return {
    networks: { first, second },
    roles: roles([first, second]),
    slots: {},
    stages: [
      stage('mutual', [
        supervised('first', first),
        {
          ...supervised('second', second),
          targets: (batch) => [logits(first, firstView(batch), INFERENCE)],
          forward: (batch, _clock, [target]) => {
            if (!target) throw new Error('no target');
            const own = logits(second, firstView(batch));
            return {
              terms: [
                crossEntropy('second', own, batch.labels),
                {
                  role: 'second',
                  name: 'mutual',
                  value: tf.mean(tf.square(tf.sub(own, target))),
                  weight: 0.5,
                },
              ],
            };
          },
        },
      ]),
    ],
    evaluation: classification([first, second]),
  };
}

/** A table of how often each sample was seen weighs the loss: state that is no network. */
function perSample(): Training {
  const student = network('student');
  const seen = new Float32Array(SAMPLES);
  let total = 0;
  return {
    networks: { student },
    roles: roles([student]),
    slots: {
      seen: {
        save: () => ({ table: seen.slice(), total }),
        restore: ({ table, total: saved }) => {
          seen.set(table as Float32Array);
          total = saved as number;
        },
      },
    },
    stages: [
      stage('training', [
        {
          ...supervised('student', student),
          forward: (batch) => {
            for (const sample of batch.samples) seen[sample] = (seen[sample] ?? 0) + 1;
            total += batch.samples.length;
            const mean = total / SAMPLES;
            const weight =
              batch.samples.reduce((sum, sample) => sum + mean / (seen[sample] ?? 1), 0) / batch.size;
            return {
              terms: [crossEntropy('student', logits(student, firstView(batch)), batch.labels, weight)],
            };
          },
        },
      ]),
    ],
    evaluation: classification([student]),
  };
}

/** A point is to be steered to the origin: no data set, an environment with a state of its own, no accuracy. */
function environment(): Training {
  const policy = network('policy', [2], 1);
  let [position, velocity] = [1, 0];
  const noise = Stream.of(SEED, 'exploration');
  const act = (p: number, v: number) =>
    tf.tidy(() => logits(policy, tf.tensor2d([[p, v]]), INFERENCE).dataSync()[0] ?? 0);
  const advance = (force: number) => {
    velocity = 0.9 * velocity + 0.1 * Math.max(-1, Math.min(1, force));
    position += velocity;
  };
  return {
    networks: { policy },
    roles: [{ id: 'policy', kind: 'student', path: { network: 'policy', output: 'main' } }],
    slots: {
      world: {
        save: () => ({ state: Float32Array.of(position, velocity) }),
        restore: ({ state }) => {
          [position = 0, velocity = 0] = state as Float32Array;
        },
      },
    },
    stages: [
      {
        name: 'control',
        schedules: ({ step }) => ({ exploration: 1 / (1 + step) }),
        beforeStep: (clock) => {
          advance(act(position, velocity) + noise.normal(clock.step) / (1 + clock.step));
          // Kept in single precision, as it is saved.
          [position, velocity] = [Math.fround(position), Math.fround(velocity)];
          return Promise.resolve();
        },
        phases: [
          {
            name: 'policy',
            views: 0,
            optimizer: 'policy',
            parameters: () => policy.parameters(),
            forward: () => {
              const force = logits(policy, tf.tensor2d([[position, velocity]]));
              const wanted = tf.tensor2d([[-0.5 * position - velocity]]);
              return {
                terms: [
                  {
                    role: 'policy',
                    name: 'regulation',
                    value: tf.mean(tf.square(tf.sub(force, wanted))),
                    weight: 1,
                  },
                ],
              };
            },
          },
        ],
      },
    ],
    evaluation: {
      kind: 'custom',
      evaluate: () => Promise.resolve({ series: { 'evaluation/policy/return': -Math.abs(position) } }),
    },
  };
}

export const toys: Record<ToyName, () => Training> = { twoStages, alternating, perSample, environment };
