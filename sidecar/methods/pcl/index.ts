import { peerTraining } from '../dkel/peers.ts';
import type { Algorithm } from '../training.ts';
import { pcl as declaration, pclWeight, type PclOptions } from './options.ts';

/** PCL (pcl.md): DKEL's peers and mean teachers without initialisation of the teacher and without its assembled target. */
export const pcl: Algorithm<PclOptions> = (context) => {
  const { options, stages } = context;
  const epochs = stages.at(-1)?.epochs ?? 0;
  const { networks, roles, evaluation, stage } = peerTraining(context, {
    roles: declaration.roles(options, ['student']),
    peers: options.peers,
    temperature: options.temperature,
    ema: { beta: options.beta, warmup: options.emaWarmup },
    freshTeacher: options.teacherInit === 'fresh',
    teacherBn: options.teacherBn,
    sharedHeadInit: false,
    weights: (clock) => {
      const omega = pclWeight(options, clock.epoch, epochs);
      return { peerEnsemble: omega, teachers: omega, assembled: 0 };
    },
    assembles: false,
    schedules: (clock) => ({ omega: pclWeight(options, clock.epoch, epochs) }),
  });
  const among = {
    firstPeer: ['teacher1'],
    bestPeer: roles.filter(({ kind }) => kind === 'teacher').map(({ id }) => id),
    ensemble: ['ensemble'],
  }[options.report];
  return {
    networks,
    roles,
    slots: {},
    stages: [stage('training')],
    evaluation: { ...evaluation, best: { id: 'best', among } },
  };
};
