import { basename, dirname, resolve } from 'node:path';
import { COMMON_SERIES } from '../config/commonSeries.ts';
import { parseExperiment, resolvedYaml, type DataProbe } from '../config/load.ts';
import { loadExperiment } from '../config/loadFile.ts';
import type { Finding } from '../config/findings.ts';
import type { Provenance } from '../protocol/provenance.ts';
import type { RunRecord, RunStatus } from '../protocol/runRecord.ts';
import type { CheckpointFiles } from '../store/checkpoints.ts';
import { createRun } from '../store/runs.ts';
import { sha256 } from '../store/sha256.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { gitState, type FoundGit } from './gitState.ts';
import { givenWeights, type Given } from './givenWeights.ts';

export interface RunRequest {
  /** An experiment file, or its text under a name. */
  readonly experiment: { readonly path: string } | { readonly name: string; readonly text: string };
  readonly overrides: readonly string[];
  readonly status: Extract<RunStatus, 'queued' | 'preparing'>;
  /** The run of which it is an exact repetition. */
  readonly repeats?: NonNullable<Provenance['repeats']>;
  /** The checkpoint from which it begins, and whose it is. */
  /** What networks begin with, where they are not looked up. */
  readonly given?: Given;
  readonly branch?: { readonly parent: NonNullable<RunRecord['parent']>; readonly files: CheckpointFiles };
}

export type PreparedRun =
  | {
      readonly kind: 'ready';
      readonly runDir: string;
      readonly record: RunRecord;
      readonly warnings: readonly Finding[];
    }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] };

const NO_FILE: FoundGit = { state: null, patch: null, problem: 'the experiment did not come from a file' };

/** Validates an experiment and makes its run directory; nothing is made of a bad one. */
export async function prepareRun(
  runsFolder: string,
  request: RunRequest,
  probe: DataProbe,
): Promise<PreparedRun> {
  const { experiment, overrides, branch, given, repeats = null } = request;
  const fromFile = 'path' in experiment;
  const loaded = fromFile
    ? await loadExperiment(experiment.path, overrides, probe)
    : parseExperiment(experiment.name, experiment.text, overrides, probe);
  const { resolved } = loaded;
  if (!resolved) return { kind: 'invalid', findings: loaded.findings };
  const { plan } = resolved;
  // A branch has its networks from the checkpoint.
  const weights = branch ? null : (given ?? (await givenWeights(runsFolder, resolved)));
  const settings = resolved.experiment;
  const yaml = resolvedYaml(resolved);
  const name = fromFile ? basename(experiment.path) : experiment.name;
  const main = plan.stages.at(-1);
  const git = fromFile ? await gitState(dirname(resolve(experiment.path))) : NO_FILE;
  const { runDir, record } = createRun(runsFolder, {
    experimentText: loaded.text,
    experimentFileName: name,
    resolvedYaml: yaml,
    status: request.status,
    patch: git.patch,
    ...(weights ? { weights: weights.files } : {}),
    ...(branch ? { checkpoint: { step: branch.parent.step, files: branch.files } } : {}),
    record: {
      experiment: { name: settings.name ?? name, path: fromFile ? resolve(experiment.path) : null },
      method: settings.method.name,
      model: [...new Set([...plan.models.values()].map((model) => model?.name ?? 'none'))].join('-'),
      dataset: plan.source,
      seed: settings.training.seed,
      overrides: [...overrides],
      stages: plan.stages.map((stage) => ({ name: stage.name, steps: stage.steps, from: stage.from })),
      totalSteps: plan.totalSteps,
      totalEpochs: main?.epochs ?? 0,
      headline: plan.declaration.headline(settings.method),
      // The method's own come first: of equally exact patterns the first counts.
      series: [...plan.declaration.series, ...COMMON_SERIES],
      panels: [...(plan.declaration.panels ?? [])],
      roles: plan.declaration.roles(settings.method, [...plan.models.keys()]),
      ...(weights && Object.keys(weights.record).length > 0 ? { weights: weights.record } : {}),
      digests: { config: sha256(yaml) },
      provenance: { distillery: packageJson.version, git: git.state, gitProblem: git.problem, repeats },
      baseline: settings.baseline?.run ?? null,
      parent: branch?.parent ?? null,
      step: branch?.parent.step ?? 0,
    },
  });
  return { kind: 'ready', runDir, record, warnings: loaded.findings };
}
