import type * as tf from '@tensorflow/tfjs-core';
import { crossEntropy } from '../../losses/terms.ts';
import { TRAINING } from '../../models/network.ts';
import { meanDistribution } from '../parts/mixture.ts';
import type { Algorithm, Clock, Stage } from '../training.ts';
import { dkel as declaration, distillationWeight, ensembleWeight, type DkelOptions } from './options.ts';
import { peerTraining } from './peers.ts';

/** DKEL: peers on a shared trunk, an initialised EMA teacher, a decaying ensemble of its knowledge (dkel.md). */
export const dkel: Algorithm<DkelOptions> = (context) => {
  const { options, stages } = context;
  const epochs = stages.find((stage) => stage.name === 'distillation')?.epochs ?? 0;
  const weights = (clock: Clock) => {
    const omega = distillationWeight(options, clock.epoch, epochs);
    return {
      peerEnsemble: options.rampAppliesTo === 'pm' ? options.omegaMax : omega,
      teachers: options.rampAppliesTo === 'pe' ? options.omegaMax : omega,
      assembled: ensembleWeight(options, clock.epoch),
      omega,
    };
  };
  const { networks, branches, roles, pass, stage, evaluation } = peerTraining(context, {
    roles: declaration.roles(options, ['student']),
    peers: options.peers,
    temperature: options.temperature,
    ema: options.ema,
    freshTeacher: options.teacherInit === 'fresh',
    teacherBn: options.teacherBn,
    sharedHeadInit: options.sharedHeadInit,
    weights,
    assembles: true,
    schedules: (clock) => {
      const { omega, assembled } = weights(clock);
      return { omega, lambda: assembled };
    },
  });
  const { teacher } = networks;
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
  const heads = branches.map((_, j) => `teacher${j + 1}`);
  return {
    networks,
    roles,
    slots: {},
    stages: [teacherInit, stage('distillation')],
    evaluation: {
      ...evaluation,
      best: { id: 'teacherBest', among: heads },
      predict: (x, stageName) => {
        const answers = evaluation.predict(x, stageName);
        const teachers = heads.map((head) => answers[head] as tf.Tensor2D);
        return { ...answers, teacherMean: meanDistribution(teachers) };
      },
    },
  };
};
