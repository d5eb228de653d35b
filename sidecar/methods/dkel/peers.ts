import type * as tf from '@tensorflow/tfjs-core';
import { emaStep } from '../../backends/ops/index.ts';
import { INFERENCE, Network, TRAINING, type Mode } from '../../models/network.ts';
import { branched } from '../../models/spec.ts';
import { emaCoefficient, type EmaWarmup } from '../../schedules/emaWarmup.ts';
import type { RoleDeclaration } from '../declaration.ts';
import type { Clock, Evaluation, MethodContext, Role, Stage } from '../training.ts';
import { dkelTerms, type DkelWeights } from './losses.ts';

export interface PeerOptions {
  readonly roles: readonly RoleDeclaration[];
  readonly peers: number;
  readonly temperature: number;
  readonly ema: { readonly beta: number; readonly warmup: EmaWarmup };
  /** Whether the teacher is drawn on its own instead of copied from the student. */
  readonly freshTeacher: boolean;
  readonly teacherBn: 'ownBatch' | 'emaStats' | 'inference';
  /** Whether all classifiers start equal. */
  readonly sharedHeadInit: boolean;
  readonly weights: (clock: Clock) => DkelWeights;
  /** Whether there is an assembled target at all. */
  readonly assembles: boolean;
  /** Beside α. */
  readonly schedules: (clock: Clock) => Readonly<Record<string, number>>;
}

export interface PeerTraining {
  readonly networks: { readonly student: Network; readonly teacher: Network };
  readonly branches: readonly string[];
  readonly roles: readonly Role[];
  /** Without what is reported, which is the method's to say. */
  readonly evaluation: Omit<Extract<Evaluation, { kind: 'classification' }>, 'best'>;
  /** One pass per view: concatenating views would mix their batch statistics. */
  readonly pass: (
    network: Network,
    views: readonly tf.Tensor[],
    mode: Mode,
  ) => { features: tf.Tensor2D; logits: tf.Tensor2D }[];
  /** The stage in which peers learn, and the teacher follows them. */
  readonly stage: (name: string) => Stage;
}

/** Peers on a shared trunk with an ensemble classifier, and an averaged teacher: what PCL and DKEL have in common (dkel.md §2–§5). */
export function peerTraining(
  { seed, input, classes, backbone }: Pick<MethodContext<unknown>, 'seed' | 'input' | 'classes' | 'backbone'>,
  options: PeerOptions,
): PeerTraining {
  const branches = Array.from({ length: options.peers }, (_, index) => `branch${index + 1}`);
  const spec = branched(backbone('student'), input, branches, { name: 'ensemble', classes });
  const streamName = options.sharedHeadInit
    ? (name: string) => name.replace(/^branch\d+\/head\//u, 'branch1/head/')
    : (name: string) => name;
  const student = new Network('student', spec, { seed, streamName });
  const teacher = new Network('teacher', spec, { seed, streamName });
  if (!options.freshTeacher) teacher.copyFrom(student);

  const teacherMode: Mode = options.teacherBn === 'ownBatch' ? TRAINING : INFERENCE;
  const alpha = (clock: Clock) => emaCoefficient(options.ema.warmup, clock.stageStep, options.ema.beta);
  const pass: PeerTraining['pass'] = (network, views, mode) =>
    branches.map((branch, j) => network.branch(branch, network.trunk(view(views, j), mode), mode));
  const averaged = (network: Network) =>
    (options.teacherBn === 'emaStats' ? network.declarations : network.trace.parameters).map(({ name }) =>
      network.variable(name),
    );

  const stage = (name: string): Stage => ({
    name,
    schedules: (clock) => ({ ...options.schedules(clock), alpha: alpha(clock) }),
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
          const features = outputs.map((output) => output.features);
          const ensemble = student.join('ensemble', features, TRAINING);
          const all = dkelTerms(
            { peers, ensemble, teachers },
            labels,
            options.temperature,
            options.weights(clock),
            options.assembles,
          );
          return { terms: all, outputs: named(peers, ensemble, teachers) };
        },
      },
    ],
    afterStep: (clock, gate) => {
      emaStep(averaged(teacher), averaged(student), alpha(clock), gate);
    },
  });

  const member = (kind: string) => branches.map((_, j) => `${kind}${j + 1}`);
  return {
    networks: { student, teacher },
    branches,
    pass,
    stage,
    roles: options.roles.map((role): Role => {
      const branch = `branch${/\d+$/u.exec(role.id)?.[0] ?? ''}`;
      if (role.id === 'teacherMean') return { ...role, path: null };
      if (role.kind === 'ensemble') return { ...role, path: { network: 'student', output: 'ensemble' } };
      return { ...role, path: { network: role.kind === 'peer' ? 'student' : 'teacher', output: branch } };
    }),
    evaluation: {
      kind: 'classification',
      predict: (x) => {
        const features = student.trunk(x, INFERENCE);
        const students = branches.map((branch) => student.branch(branch, features, INFERENCE));
        const ensemble = student.join(
          'ensemble',
          students.map((output) => output.features),
          INFERENCE,
        );
        const shared = teacher.trunk(x, INFERENCE);
        const teachers = branches.map((branch) => teacher.branch(branch, shared, INFERENCE).logits);
        return named(
          students.map(({ logits }) => logits),
          ensemble,
          teachers,
        );
      },
      diversity: {
        peers: member('peer'),
        pairs: branches.map((_, j) => [`peer${j + 1}`, `teacher${j + 1}`] as const),
        weights: { student, teacher, scopes: ['trunk', ...branches] },
      },
    },
  };
}

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
