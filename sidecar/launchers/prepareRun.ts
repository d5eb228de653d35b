import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { loadExperiment, parseExperiment, resolvedYaml, type DataProbe } from '../config/load.ts';
import type { Finding } from '../config/findings.ts';
import type { RunRecord, RunStatus } from '../protocol/runRecord.ts';
import { createRun } from '../store/runs.ts';

export interface RunRequest {
  /** An experiment file, or its text under a name. */
  readonly experiment: { readonly path: string } | { readonly name: string; readonly text: string };
  readonly overrides: readonly string[];
  readonly status: Extract<RunStatus, 'queued' | 'preparing'>;
  readonly parent?: RunRecord['parent'];
}

export type PreparedRun =
  | {
      readonly kind: 'ready';
      readonly runDir: string;
      readonly record: RunRecord;
      readonly warnings: readonly Finding[];
    }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] };

/** Validates an experiment and makes its run directory; nothing is made of a bad one. */
export async function prepareRun(
  runsFolder: string,
  request: RunRequest,
  probe: DataProbe,
): Promise<PreparedRun> {
  const { experiment, overrides } = request;
  const fromFile = 'path' in experiment;
  const loaded = fromFile
    ? await loadExperiment(experiment.path, overrides, probe)
    : parseExperiment(experiment.name, experiment.text, overrides, probe);
  const { resolved } = loaded;
  if (!resolved) return { kind: 'invalid', findings: loaded.findings };
  const { plan } = resolved;
  const settings = resolved.experiment;
  const yaml = resolvedYaml(resolved);
  const name = fromFile ? basename(experiment.path) : experiment.name;
  const main = plan.stages.at(-1);
  const { runDir, record } = createRun(runsFolder, {
    experimentText: loaded.text,
    experimentFileName: name,
    resolvedYaml: yaml,
    status: request.status,
    record: {
      experiment: { name: settings.name ?? name, path: fromFile ? resolve(experiment.path) : null },
      method: settings.method.name,
      model: [...new Set([...plan.models.values()].map((model) => model?.name ?? 'none'))].join('-'),
      dataset: settings.dataset.name,
      seed: settings.training.seed,
      overrides: [...overrides],
      stages: plan.stages.map((stage) => ({ name: stage.name, steps: stage.steps, from: stage.from })),
      totalSteps: plan.totalSteps,
      totalEpochs: main?.epochs ?? 0,
      headline: plan.declaration.headline(settings.method),
      series: [...COMMON_SERIES, ...plan.declaration.series],
      roles: plan.declaration.roles(settings.method, [...plan.models.keys()]),
      environment: await gitState(fromFile ? dirname(resolve(experiment.path)) : process.cwd()),
      digests: { config: createHash('sha256').update(yaml).digest('hex') },
      parent: request.parent ?? null,
    },
  });
  return { kind: 'ready', runDir, record, warnings: loaded.findings };
}

const percent = (metric: string, title: string, formula: string) => ({
  tag: `*/*/${metric}`,
  title,
  unit: '%',
  formula,
});
const plainSeries = (tag: string, title: string, unit: string, formula: string) => ({
  tag,
  title,
  unit,
  formula,
});

/** Unit and formula of the series that every method has. */
const COMMON_SERIES = [
  percent('top1', 'top-1 accuracy', 'share of samples whose label has the largest logit'),
  percent('top5', 'top-5 accuracy', 'share of samples whose label is among the five largest logits'),
  plainSeries('*/*/crossEntropy', 'cross-entropy', 'nats', 'mean −ln p(label)'),
  plainSeries(
    '*/*/ece',
    'expected calibration error',
    '',
    'Σ |confidence − accuracy| over 15 bins, weighted by samples',
  ),
  plainSeries('*/*/marginalEntropy', 'marginal entropy', '', 'H(mean softmax) / ln C'),
  plainSeries('train/*/loss/crossEntropy', 'cross-entropy', 'nats', 'CE(z, y) of the batch'),
  plainSeries('train/run/loss/total', 'total loss', 'nats', 'Σ weight · term'),
  plainSeries('train/run/weighted/*', 'weighted term', 'nats', 'Σ over roles of weight · term'),
  plainSeries('schedule/learningRate', 'learning rate', '', 'base rate × schedule'),
  plainSeries('schedule/epoch', 'epoch', '', 'steps of the stage / steps per epoch'),
  plainSeries(
    'diversity/peers',
    'distance between peers',
    '',
    'mean ‖softmax(z_i) − softmax(z_k)‖₂ over pairs',
  ),
  plainSeries('diversity/gap', 'student–teacher gap', '', 'mean ‖softmax(z_j) − softmax(m_j)‖₂'),
  plainSeries('diversity/gapKl', 'student–teacher KL', 'nats', 'mean KL(softmax(m_j) ‖ softmax(z_j))'),
  plainSeries(
    'diversity/disagreement',
    'student–teacher disagreement',
    '',
    'share of samples with different top-1',
  ),
  plainSeries('diversity/gapWeight', 'weight gap', '', '‖θ − φ‖₂ / ‖θ‖₂'),
  plainSeries('diversity/weightCosine', 'weight cosine', '', 'cos(θ − θ₀, φ − θ₀)'),
  plainSeries('diversity/homogenization', 'homogenization', '', '1 − gap/√2'),
  plainSeries('system/samplesPerSecond', 'throughput', 'samples/s', 'samples trained per second'),
  plainSeries('system/stepSeconds', 'step time', 's', 'seconds per optimiser step'),
  plainSeries('system/dataWait', 'data wait', '', 'share of time waiting for batches'),
  plainSeries('system/tensors', 'tensors', '', 'tensors alive'),
  plainSeries('system/tensorBytes', 'tensor memory', 'B', 'bytes of tensors alive'),
  plainSeries('system/rss', 'resident memory', 'B', 'resident set size of the trainer'),
];

/** Commit and cleanliness of the folder, where it is in a git work tree; nothing otherwise. */
async function gitState(folder: string): Promise<Record<string, string>> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', ['-C', folder, ...args], { timeout: 5_000 })).stdout.trim();
  try {
    const commit = await git('rev-parse', 'HEAD');
    return { gitCommit: commit, gitDirty: String((await git('status', '--porcelain')) !== '') };
  } catch (error) {
    return { git: `not recorded: ${(error as Error).message.split('\n')[0] ?? ''}` };
  }
}
