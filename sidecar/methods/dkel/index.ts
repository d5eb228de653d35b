import * as tf from '@tensorflow/tfjs-core';
import { emaStep } from '../../backends/ops/index.ts';
import { crossEntropy } from '../../losses/terms.ts';
import { INFERENCE, Network, TRAINING, type Mode } from '../../models/network.ts';
import { branched } from '../../models/spec.ts';
import { emaCoefficient } from '../../schedules/emaWarmup.ts';
import type { Algorithm, Clock, Role, Stage } from '../training.ts';
import { dkelTerms } from './losses.ts';
import { dkel as declaration, distillationWeight, ensembleWeight, type DkelOptions } from './options.ts';

/** DKEL: peers on a shared trunk, an initialised EMA teacher, a decaying ensemble of its knowledge (dkel.md). */
export const dkel: Algorithm<DkelOptions> = ({ options, seed, input, classes, stages, backbone }) => {
  const branches = Array.from({ length: options.peers }, (_, index) => `branch${index + 1}`);
  const spec = branched(backbone('student'), input, branches, { name: 'ensemble', classes });
  const streamName = options.sharedHeadInit
    ? (name: string) => name.replace(/^branch\d+\/head\//u, 'branch1/head/')
    : (name: string) => name;
  const student = new Network('student', spec, { seed, streamName });
  const teacher = new Network('teacher', spec, { seed, streamName });
  if (options.teacherInit !== 'fresh') teacher.copyFrom(student);

  const teacherMode: Mode = options.teacherBn === 'ownBatch' ? TRAINING : INFERENCE;
  const epochs = stages.find((stage) => stage.name === 'distillation')?.epochs ?? 0;
  const alpha = (clock: Clock) => emaCoefficient(options.ema.warmup, clock.stageStep, options.ema.beta);
  const weights = (clock: Clock) => {
    const omega = distillationWeight(options, clock.epoch, epochs);
    return {
      peerEnsemble: options.rampAppliesTo === 'pm' ? options.omegaMax : omega,
      teachers: options.rampAppliesTo === 'pe' ? options.omegaMax : omega,
      assembled: ensembleWeight(options, clock.epoch),
      omega,
    };
  };
  /** One pass per view: concatenating views would mix their batch statistics. */
  const pass = (network: Network, views: readonly tf.Tensor[], mode: Mode) =>
    branches.map((branch, j) => network.branch(branch, network.trunk(view(views, j), mode), mode));

  const teacherInit: Stage = {
    name: 'teacherInit',
    schedules: () => ({}),
    phases: [
      {
        name: 'teacherInit',
        views: options.peers,
        optimizer: 'teacher',
        parameters: () => teacher.parameters(['trunk', ...branches]),
        forward: ({ views, labels }) => ({
          terms: pass(teacher, views, TRAINING).map(({ logits }, j) =>
            crossEntropy(`teacher${j + 1}`, logits, labels, 1 / options.peers),
          ),
        }),
      },
    ],
  };
  const averaged = (network: Network) =>
    (options.teacherBn === 'emaStats' ? network.declarations : network.trace.parameters).map(({ name }) =>
      network.variable(name),
    );
  const distillation: Stage = {
    name: 'distillation',
    schedules: (clock) => {
      const { omega, assembled } = weights(clock);
      return { omega, lambda: assembled, alpha: alpha(clock) };
    },
    phases: [
      {
        name: 'student',
        views: options.peers,
        optimizer: 'student',
        parameters: () => student.parameters(),
        targets: ({ views }) => pass(teacher, views, teacherMode).map(({ logits }) => logits),
        forward: ({ views, labels }, clock, targets) => {
          const teachers = targets as tf.Tensor2D[];
          const outputs = pass(student, views, TRAINING);
          const peers = outputs.map(({ logits }) => logits);
          const ensemble = student.join(
            'ensemble',
            outputs.map(({ features }) => features),
            TRAINING,
          );
          return {
            terms: dkelTerms({ peers, ensemble, teachers }, labels, options.temperature, weights(clock)),
            outputs: named(peers, ensemble, teachers),
          };
        },
      },
    ],
    afterStep: (clock, gate) => {
      emaStep(averaged(teacher), averaged(student), alpha(clock), gate);
    },
  };

  const predict = (x: tf.Tensor) => {
    const features = student.trunk(x, INFERENCE);
    const students = branches.map((branch) => student.branch(branch, features, INFERENCE));
    const ensemble = student.join(
      'ensemble',
      students.map((output) => output.features),
      INFERENCE,
    );
    const teacherFeatures = teacher.trunk(x, INFERENCE);
    const teachers = branches.map((branch) => teacher.branch(branch, teacherFeatures, INFERENCE).logits);
    const pooled = tf.div(tf.addN(teachers.map((logits) => tf.softmax(logits))), teachers.length);
    return {
      ...named(
        students.map(({ logits }) => logits),
        ensemble,
        teachers,
      ),
      // Log-probabilities are logits of the same distribution.
      teacherMean: tf.log(pooled) as tf.Tensor2D,
    };
  };
  const member = (kind: string) => branches.map((_, j) => `${kind}${j + 1}`);
  return {
    networks: { student, teacher },
    slots: {},
    roles: declaration.roles(options, ['student']).map((role): Role => {
      const branch = `branch${/\d+$/u.exec(role.id)?.[0] ?? ''}`;
      if (role.id === 'teacherMean') return { ...role, path: null };
      if (role.kind === 'ensemble') return { ...role, path: { network: 'student', output: 'ensemble' } };
      return { ...role, path: { network: role.kind === 'peer' ? 'student' : 'teacher', output: branch } };
    }),
    stages: [teacherInit, distillation],
    evaluation: {
      kind: 'classification',
      predict,
      best: { id: 'teacherBest', among: member('teacher') },
      diversity: {
        peers: member('peer'),
        pairs: branches.map((_, j) => [`peer${j + 1}`, `teacher${j + 1}`] as const),
        weights: { student, teacher, scopes: ['trunk', ...branches] },
      },
    },
  };
};

function view(views: readonly tf.Tensor[], index: number): tf.Tensor {
  const found = views[index];
  if (!found) throw new Error(`The batch has ${views.length} views but branch ${index + 1} needs its own.`);
  return found;
}

function named(
  peers: readonly tf.Tensor2D[],
  ensemble: tf.Tensor2D,
  teachers: readonly tf.Tensor2D[],
): Record<string, tf.Tensor2D> {
  return {
    ...Object.fromEntries(peers.map((logits, j) => [`peer${j + 1}`, logits])),
    ensemble,
    ...Object.fromEntries(teachers.map((logits, j) => [`teacher${j + 1}`, logits])),
  };
}
