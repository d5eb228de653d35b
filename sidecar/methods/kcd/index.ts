import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, distillation, type LossTerm } from '../../losses/terms.ts';
import { INFERENCE, Network, TRAINING } from '../../models/network.ts';
import { StagedModel, type Taps } from '../../models/stagedModel.ts';
import { singleBlock } from '../../models/transform.spec.ts';
import { classification, mainOf, withPaths } from '../parts/classification.ts';
import { logitsOf, supervisedStage, viewOf } from '../parts/supervised.ts';
import type { Algorithm, Clock, PlainSamples, Stage } from '../training.ts';
import type { Features } from './channelCost.ts';
import { comparedChannels, mapped } from './channelMap.ts';
import { featureLoss, sizedTo, unitLength } from './losses.ts';
import { Matcher, type Match } from './matching.ts';
import { matchSlot } from './matchSlot.ts';
import { comparedStages, kcd as declaration, type KcdOptions } from './options.ts';

/** A student that imitates a teacher's features channel by channel, once the channels have been matched (kcd.md §3). */
export const kcd: Algorithm<KcdOptions> = ({ options, seed, input, classes, stages, backbone, rng }) => {
  const teacher = new StagedModel('teacher', backbone('teacher'), input, { seed });
  const student = new StagedModel('student', backbone('student'), input, { seed });
  const compared = comparedStages(options, teacher.staged.stages.length, student.staged.stages.length).map(
    (stage) => {
      const heights = [student.staged.stages[stage.student], teacher.staged.stages[stage.teacher]].map(
        (each) => each?.output[0] ?? 1,
      );
      return { ...stage, height: Math.min(...heights) };
    },
  );
  const matches = new Map<string, Match>();
  const features = ({ stages: after, beforeRelu }: Taps, stage: number): tf.Tensor =>
    (options.preRelu ? beforeRelu : after)[stage] as tf.Tensor;
  /** Both networks' features of every compared stage, of one size. */
  const sideBySide = (own: Taps, other: Taps): [student: tf.Tensor, teacher: tf.Tensor][] =>
    compared.map(({ student: index, teacher: partner, height }) => [
      sizedTo(features(own, index), height),
      sizedTo(features(other, partner), height),
    ]);
  const norms = compared.flatMap((stage) => {
    if (options.normalise !== 'batchNorm') return [];
    const shape = student.staged.stages[stage.student]?.output ?? [];
    return [
      new Network(`norm${stage.student + 1}`, singleBlock('norm', shape, 'norm', [{ kind: 'batchNorm' }]), {
        seed,
      }),
    ];
  });

  const match = async (samples: PlainSamples): Promise<void> => {
    const matchers = compared.map((stage) => {
      const channels = (of: StagedModel, index: number) => of.staged.stages[index]?.output.at(-1) ?? 0;
      return new Matcher(
        options,
        channels(student, stage.student),
        channels(teacher, stage.teacher),
        classes,
        rng(`match/${stage.name}`),
      );
    });
    for await (const { x, labels } of samples.batches('train', options.matchSamples)) {
      const pairs = tf.tidy(() => sideBySide(student.taps(x, INFERENCE), teacher.taps(x, INFERENCE)));
      const classOf = await labels.data<'int32'>();
      for (const [index, [own, other]] of pairs.entries())
        matchers[index]?.add(await readFeatures(own), await readFeatures(other), classOf);
      tf.dispose(pairs);
    }
    compared.forEach((stage, index) => {
      const matcher = matchers[index];
      if (matcher) matches.set(stage.name, matcher.match());
    });
  };
  const length = stages.at(-1);
  const stepsPerEpoch = Math.max(1, Math.round((length?.steps ?? 1) / Math.max(length?.epochs ?? 1, 1e-9)));
  const isDue = ({ stageStep }: Clock): boolean =>
    options.alignAt === 'every' && stageStep > 0 && stageStep % (stepsPerEpoch * options.alignEvery) === 0;

  const featureTerms = (own: Taps, targets: readonly tf.Tensor[]): LossTerm[] =>
    compared.map((stage, index) => {
      const found = matches.get(stage.name);
      const target = targets[index];
      if (!found || !target) throw new Error(`The channels of ${stage.name} have not been matched.`);
      const norm = norms[index];
      const raw = features(own, stage.student);
      const normed = norm ? logitsOf(norm, raw, TRAINING) : raw;
      const chosen = comparedChannels(found.map, sizedTo(normed, stage.height));
      const [a, b] =
        options.normalise === 'unitLength' ? [unitLength(chosen), unitLength(target)] : [chosen, target];
      return {
        role: 'student',
        name: `feature${stage.student + 1}`,
        value: featureLoss(a, b, options),
        weight: options.featureWeight,
      };
    });

  const distill: Stage = {
    name: 'distillation',
    schedules: () => ({}),
    begin: match,
    beforeStep: async (clock, samples) => {
      if (isDue(clock)) await match(samples);
    },
    measures: () =>
      Object.fromEntries(
        [...matches].flatMap(([stage, { cost, identityCost, agreement, agreementBefore }]) =>
          Object.entries({ cost, identityCost, agreement, agreementBefore })
            // Linear maps pair no channels, so they have neither cost nor agreement.
            .filter(([, value]) => !Number.isNaN(value))
            .map(([figure, value]) => [`matching/${figure}/${stage}`, value]),
        ),
      ),
    phases: [
      {
        name: 'distillation',
        views: 1,
        optimizer: 'distillation',
        parameters: () => [...student.parameters(), ...norms.flatMap((norm) => norm.parameters())],
        targets: (batch) => {
          const taps = teacher.taps(viewOf(batch), INFERENCE);
          const wanted = compared.map((stage) => {
            const found = matches.get(stage.name);
            if (!found) throw new Error(`The channels of ${stage.name} have not been matched.`);
            return mapped(found.map, sizedTo(features(taps, stage.teacher), stage.height));
          });
          return [taps.logits, ...wanted];
        },
        forward: (batch, _clock, [answer, ...targets]) => {
          const taps = student.taps(viewOf(batch), TRAINING);
          const terms = [
            crossEntropy('student', taps.logits, batch.labels, options.labelWeight),
            ...featureTerms(taps, targets),
          ];
          if (options.kdWeight > 0)
            terms.push(
              distillation(
                'student',
                'teacher',
                taps.logits,
                answer as tf.Tensor2D,
                options.temperature,
                options.kdWeight,
              ),
            );
          return { terms, outputs: { student: taps.logits, teacher: answer as tf.Tensor2D } };
        },
      },
    ],
  };
  const both = (x: tf.Tensor) => ({
    teacher: teacher.logits(x, INFERENCE),
    student: student.logits(x, INFERENCE),
  });
  return {
    networks: {
      teacher: teacher.network,
      student: student.network,
      ...Object.fromEntries(norms.map((norm) => [norm.name, norm])),
    },
    slots: { matches: matchSlot(matches) },
    roles: withPaths(declaration.roles(options, []), {
      teacher: mainOf('teacher'),
      student: mainOf('student'),
    }),
    stages: [
      supervisedStage('teacher', [teacher.network]),
      supervisedStage('warmup', [student.network]),
      distill,
    ],
    evaluation: classification(
      {
        teacher: (x) => ({ teacher: teacher.logits(x, INFERENCE) }),
        warmup: both,
        distillation: both,
      },
      ['student'],
      { diversity: { peers: [], pairs: [['student', 'teacher']] } },
    ),
  };
};

async function readFeatures(x: tf.Tensor): Promise<Features> {
  const [batch = 0, ...rest] = x.shape;
  const channels = rest.at(-1) ?? 0;
  const positions = rest.slice(0, -1).reduce((product, extent) => product * extent, 1);
  return { values: await x.data<'float32'>(), batch, positions, channels };
}
