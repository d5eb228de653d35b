import { join } from 'node:path';
import { parseExperiment } from '../config/load.ts';
import { formatFinding } from '../config/findings.ts';
import type { StagePlan } from '../config/plan.ts';
import { PrefetchSource } from '../datasets/batchSource.ts';
import { DataFault } from '../datasets/fault.ts';
import { newestValid } from '../store/checkpoints.ts';
import { machineFacts } from '../store/machineFacts.ts';
import { readResolved, RESOLVED_FILE } from '../store/runs.ts';
import { beginWith } from './beginWith.ts';
import { asBeginning, restoreCheckpoint } from './checkpointCodec.ts';
import { forgetEvaluations } from './evaluationFiles.ts';
import { Evaluator } from './evaluator.ts';
import { Loop } from './loop.ts';
import type { Outcome } from './outcomes.ts';
import { describeRun } from './preamble.ts';
import { RunFiles } from './runFiles.ts';
import { repetitionFault } from './repetition.ts';
import { changedData, prepare } from './preparation.ts';
import { openSession, samplerOptions, type Session } from './session.ts';
import { writeViews } from './viewPictures.ts';

export interface TrainOptions {
  /** The bundled data worker. */
  readonly worker: URL;
  /** The bundled thread that renews the lease. */
  readonly heart: URL;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
  /** Hears of background failures; `lease-lost` is final. */
  readonly onError: (error: unknown) => void;
}

/**
 * Trains the run of a directory from where it stands: the start, or its newest valid checkpoint. What happens is in the
 * directory's files alone.
 * @returns how it ended, which `run.json` says too
 * @throws when the directory cannot be used at all, or the lease was lost
 */
export async function train(runDir: string, options: TrainOptions): Promise<Outcome> {
  const files = await RunFiles.open(runDir, options.onError, options.heart);
  try {
    const now = new Date().toISOString();
    files.update({
      status: 'preparing',
      startedAt: files.record.startedAt ?? now,
      endedAt: null,
      error: null,
    });
    const outcome = await attempt(files, options).catch((error: unknown): Outcome => {
      options.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (error instanceof DataFault) return { status: 'failed', message: error.what, next: error.next };
      return {
        status: 'failed',
        message: error instanceof Error ? error.message : String(error),
        next: 'See log.txt in the run folder; resume goes on from the newest checkpoint.',
      };
    });
    const { step } = files.record;
    files.events.hparamsEnd(outcome.status === 'failed' ? 'failure' : 'success', Date.now() / 1000);
    files.events.sync();
    files.update({
      status: outcome.status,
      endedAt: new Date().toISOString(),
      preparation: null,
      error: outcome.status === 'failed' ? { message: outcome.message, step, next: outcome.next } : null,
    });
    return outcome;
  } finally {
    files.close();
  }
}

async function attempt(files: RunFiles, { worker, signal, env, log }: TrainOptions): Promise<Outcome> {
  const file = join(files.runDir, RESOLVED_FILE);
  const { resolved, findings } = parseExperiment(file, await readResolved(files.runDir));
  if (!resolved) throw new Error(findings.map(formatFinding).join('\n'));
  const { experiment, plan } = resolved;
  // Another backend rounds differently, so a run goes on with the one it began with.
  const begunWith = files.record.backend?.name as typeof experiment.backend | undefined;
  const preparation = prepare(files, signal, log);
  const session = await openSession(resolved, begunWith ?? experiment.backend, begunWith ? {} : env, {
    env,
    ...preparation,
  }).catch((error: unknown) => {
    // Nothing was trained since: there is nothing to keep.
    if (preparation.signal.aborted) return null;
    throw error;
  });
  if (session === null) return { status: 'stopped' };
  const { backend, data, training } = session;
  log(`backend ${backend.name}: ${backend.device}, ${backend.version}`);
  for (const { name, reason } of backend.skipped) log(`backend ${name} not used: ${reason}`);
  const fault = repetitionFault(files.record, { data: session.digest, backend }, log);
  if (fault) return fault;

  const { checkpoint, files: contents, skipped } = await newestValid(files.runDir);
  skipped.forEach(log);
  const changed = checkpoint && changedData(files.record, session.digest);
  if (changed) return { status: 'failed', ...changed };
  if (!checkpoint) await beginWith(training, files, log);
  const found = checkpoint && restoreCheckpoint(training, contents);
  // A branch has its parent's checkpoint, but no events yet that lead to it.
  const { parent } = files.record;
  const begins = checkpoint === null || checkpoint.step === parent?.step;
  const restored = found && begins ? { ...found, state: asBeginning(found.state, plan.stages) } : found;
  if (begins) log(parent ? `starting at step ${parent.step} of ${parent.run}` : 'starting at step 0');
  else log(`resuming from step ${checkpoint.step}`);
  await forgetEvaluations(files, begins ? null : checkpoint.step);
  files.update({
    backend: { name: backend.name, device: backend.device, version: backend.version },
    environment: { ...files.record.environment, ...machineFacts() },
    digests: { ...files.record.digests, data: session.digest },
    roles: training.roles.map(({ id, kind, path }) => ({ id, kind, path })),
    preparation: null,
  });
  files.events.sessionStart(begins ? 0 : checkpoint.step + 1);
  if (begins) {
    describeRun(files, resolved, data?.sampler ?? null);
    showViews(files, plan.stages, session);
  }
  files.events.flush();

  const source =
    data && new PrefetchSource(worker, { dataset: data.dataset, sampler: samplerOptions(resolved) });
  const headline = plan.declaration.headline(experiment.method);
  try {
    const loop = new Loop({
      files,
      training,
      stages: plan.stages,
      stepsPerEpoch: plan.stepsPerEpoch,
      settings: experiment,
      headline,
      data: data && source ? { dataset: data.dataset, source } : null,
      evaluator: new Evaluator({
        files,
        training,
        settings: experiment,
        headline,
        data: data && { dataset: data.dataset, validation: data.sampler.validation },
      }),
      backend,
      signal,
      restored,
    });
    const outcome = await loop.run();
    files.update({ test: loop.state.test, activeSeconds: loop.state.activeSeconds });
    return outcome;
  } finally {
    await source?.close();
  }
}

/** Of the first stage that draws samples. */
function showViews(files: RunFiles, plans: readonly StagePlan[], { training, data }: Session): void {
  const stages = plans.map(({ name, steps }, index) => {
    const phases = training.stages[index]?.phases ?? [];
    return { index, name, views: steps > 0 ? Math.max(0, ...phases.map(({ views }) => views)) : 0 };
  });
  const first = stages.find(({ views }) => views > 0);
  if (data && first) writeViews(files, data.sampler, first);
}
