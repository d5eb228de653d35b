import type { Experiment } from '../../sidecar/config/experiment.ts';
import type { StagePlan } from '../../sidecar/config/plan.ts';
import { prepareBackend } from '../../sidecar/backends/prepare.ts';
import { DirectSource } from '../../sidecar/datasets/batchSource.ts';
import { Sampler } from '../../sidecar/datasets/sampler.ts';
import { makeSynthetic } from '../../sidecar/datasets/synthetic.ts';
import { newestValid } from '../../sidecar/store/checkpoints.ts';
import { restoreCheckpoint } from '../../sidecar/trainer/checkpointCodec.ts';
import { Evaluator } from '../../sidecar/trainer/evaluator.ts';
import { Loop } from '../../sidecar/trainer/loop.ts';
import { RunFiles } from '../../sidecar/trainer/runFiles.ts';
import { CLASSES, SAMPLES, SHAPE, toys, type ToyName } from './methods.ts';

/** A trainer process for the toy methods: `node toyTrainer.js <run directory> <toy>`. Everything but the method is real. */
const [, , runDir = '', toy = ''] = process.argv;
const backend = await prepareBackend('cpu', { env: {} });
const training = toys[toy as ToyName]();
const files = await RunFiles.open(runDir, (error) => {
  throw error;
});
const views = { crop: { padding: 0 }, flip: false, noise: 0.2 };
const dataset = makeSynthetic(
  { name: 'synthetic', samples: SAMPLES, testSamples: 48, classes: CLASSES, shape: [SHAPE[0]], noise: 1 },
  7,
);
const sampler = new Sampler(dataset, { seed: 7, batchSize: 16, validation: 24, epochSteps: 10, views });
const steps = 60;
const stages: StagePlan[] = training.stages.map((stage, index) => ({
  name: stage.name,
  title: stage.name,
  from: index * steps,
  steps,
  asked: steps,
  epochs: steps / 10,
  optimizer: { name: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-4 },
  schedule: { name: 'cosine', final: 0, warmupEpochs: 0 },
}));
const settings: Pick<Experiment, 'training' | 'logging' | 'evaluation' | 'checkpoints'> = {
  training: {
    epochs: 6,
    epochSteps: 10,
    batchSize: 16,
    seed: 7,
    validation: 24,
    onNonFinite: 'stop',
    onCollapse: 'continue',
  },
  logging: { every: 3, histograms: false, samples: 0 },
  evaluation: { every: 1, batchSize: 24, test: true },
  checkpoints: { every: 13, keepLast: 2, keepBest: 1 },
};
const withData = training.evaluation.kind === 'classification';
const headline = withData
  ? ({ series: 'validation/best/top1', unit: '%', better: 'higher' } as const)
  : ({ series: 'evaluation/policy/return', unit: '', better: 'higher' } as const);
const { checkpoint, files: contents } = await newestValid(runDir);
const restored = checkpoint && restoreCheckpoint(training, contents);
files.update({ backend: { name: backend.name, device: 'test', version: '0' } });
files.events.sessionStart(checkpoint ? checkpoint.step + 1 : 0);
const loop = new Loop({
  files,
  training,
  stages,
  stepsPerEpoch: 10,
  settings,
  headline,
  data: withData ? { dataset, source: new DirectSource(sampler) } : null,
  evaluator: new Evaluator({
    files,
    training,
    settings,
    headline,
    data: withData ? { dataset, validation: sampler.validation } : null,
  }),
  backend,
  signal: new AbortController().signal,
  restored,
});
const outcome = await loop.run();
files.update({ status: outcome.status, endedAt: new Date().toISOString() });
files.close();
