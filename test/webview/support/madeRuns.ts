/** Run directories as a trainer writes them, without training: every number is chosen by the test. */
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Exhibits } from '../../../sidecar/protocol/exhibits.ts';
import type { Predictions } from '../../../sidecar/protocol/predictions.ts';
import type { Views } from '../../../sidecar/protocol/views.ts';
import type { RunRecord } from '../../../sidecar/protocol/runRecord.ts';
import { writeJsonAtomic } from '../../../sidecar/store/atomicFile.ts';
import { EventWriter } from '../../../sidecar/store/eventWriter.ts';
import {
  createRun,
  EXHIBITS_FILE,
  PREDICTIONS_FILE,
  VIEWS_FILE,
  writeRun,
} from '../../../sidecar/store/runs.ts';

/** First wall time of made points, seconds since 1970. */
export const MADE_AT = 1_760_000_000;

export interface MadeRun {
  readonly steps: number;
  /** Values by tag at a step; wall times are a second apart. */
  readonly seriesAt?: (step: number) => Record<string, number>;
  /** Steps at which the run was stopped and resumed; the next point is this step again. */
  readonly resumedAt?: readonly number[];
  readonly record?: Partial<RunRecord>;
  /** What `resolved.yaml` holds. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly predictions?: Predictions;
  readonly exhibits?: Exhibits;
  readonly views?: Views;
}

/** Peers, their ensemble, a teacher: accuracies and losses that are a function of the step and of the offset. */
export const dkelSeries =
  (offset = 0) =>
  (step: number): Record<string, number> => ({
    'train/run/loss/total': 2 / Math.sqrt(step) + Math.sin(step) / 10,
    'train/run/weighted/crossEntropy': 1.5 / Math.sqrt(step),
    'train/run/weighted/peerEnsemble': 0.5 / Math.sqrt(step) + Math.sin(step) / 10 + 0.1,
    'schedule/omega': Math.min(1, step / 100),
    'schedule/learningRate': step < 150 ? 0.1 : 0.01,
    'schedule/epoch': step / 10,
    'system/samplesPerSecond': 400 + (step % 7),
    'system/rss': 2e8 + step,
    ...(step % 10 === 0
      ? {
          'validation/peer1/top1': 90 + offset - 100 / step,
          'validation/peer2/top1': 89 + offset - 100 / step,
          'validation/ensemble/top1': 91 + offset - 100 / step,
          'validation/teacher1/top1': 92 + offset - 100 / step,
          'validation/teacherBest/top1': 92 + offset - 100 / step,
          'validation/peer1/crossEntropy': 0.5 + 1 / step,
          'diversity/peers': 0.2 + 1 / step,
          'diversity/gap': 0.1 + 1 / step,
        }
      : {}),
  });

const ROLES = [
  { id: 'peer1', kind: 'peer' },
  { id: 'peer2', kind: 'peer' },
  { id: 'ensemble', kind: 'ensemble' },
  { id: 'teacher1', kind: 'teacher' },
];

export async function makeRun(
  folder: string,
  { steps, seriesAt = dkelSeries(), resumedAt = [], record = {}, parameters = {}, ...kept }: MadeRun,
): Promise<string> {
  const { runDir, record: created } = createRun(folder, {
    experimentText: 'method: { name: dkel }\n',
    experimentFileName: 'made.distill.yaml',
    resolvedYaml: stringify(parameters),
    record: {
      experiment: { name: 'made', path: null },
      method: 'dkel',
      model: 'resnet8',
      dataset: 'mnist',
      seed: 42,
      totalSteps: steps,
      totalEpochs: steps / 10,
      headline: { series: 'validation/teacherBest/top1', unit: '%', better: 'higher' },
    },
  });
  const events = await EventWriter.open(runDir);
  for (let step = 1; step <= steps; step++) {
    if (resumedAt.includes(step)) events.sessionStart(step);
    const values = seriesAt(step);
    if (Object.keys(values).length > 0) events.scalars(step, MADE_AT + step, values);
  }
  events.close();
  if (kept.predictions) writeJsonAtomic(join(runDir, PREDICTIONS_FILE), kept.predictions);
  if (kept.exhibits) writeJsonAtomic(join(runDir, EXHIBITS_FILE), kept.exhibits);
  if (kept.views) writeJsonAtomic(join(runDir, VIEWS_FILE), kept.views);
  writeRun(runDir, {
    ...created,
    status: 'completed',
    stage: 'distillation',
    stages: [
      { name: 'teacherInit', steps: 1, from: 0 },
      { name: 'distillation', steps: Math.max(0, steps - 1), from: 1 },
    ],
    step: steps,
    epoch: steps / 10,
    startedAt: created.createdAt,
    endedAt: created.createdAt,
    activeSeconds: steps,
    best: {
      series: 'validation/teacherBest/top1',
      value: 92.5,
      step: Math.floor(steps / 2),
      better: 'higher',
    },
    test: { teacherBest: { top1: 0.917 } },
    roles: ROLES,
    series: [
      { tag: '*/*/top1', unit: '%', formula: 'share of samples right', title: 'top-1 accuracy' },
      { tag: 'train/run/loss/total', unit: 'nats', formula: 'Σ weight · term', title: 'total loss' },
    ],
    ...record,
  });
  return created.id;
}
