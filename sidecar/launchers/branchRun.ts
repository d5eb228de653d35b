import { dirname, join } from 'node:path';
import { branchObstacle, branchText } from '../config/branch.ts';
import { parseExperiment, type DataProbe, type ResolvedExperiment } from '../config/load.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { listCheckpoints, readCheckpoint, type CheckpointFiles } from '../store/checkpoints.ts';
import { StoreError } from '../store/errors.ts';
import { readResolved, readRun, RESOLVED_FILE } from '../store/runs.ts';
import { prepareRun, type PreparedRun, type RunRequest } from './prepareRun.ts';

export interface BranchRequest {
  readonly runDir: string;
  /** Step of the checkpoint from which the new run begins. */
  readonly step: number;
  readonly overrides: readonly string[];
  readonly status: RunRequest['status'];
}

/**
 * Makes a run that goes on from a checkpoint of another one, with changed options if wanted. The checkpoint is copied:
 * parent and branch need each other no more.
 * @throws ProtocolError `wrong-state` when there is no such checkpoint, it is broken, or it does not fit the options
 */
export async function branchRun(
  { runDir, step, overrides, status }: BranchRequest,
  probe: DataProbe,
): Promise<PreparedRun> {
  const record = await readRun(runDir);
  const parent = await resolvedOf(runDir);
  const files = await checkpointAt(runDir, step);
  const text = branchText(parent, record.backend?.name);
  // Its text is YAML, whatever the parent's file was.
  const name = record.experiment.name.replace(/\.json$/u, '.yaml');
  const { resolved, findings } = parseExperiment(name, text, overrides, probe);
  if (!resolved) return { kind: 'invalid', findings };
  const obstacle = branchObstacle(parent, resolved, step);
  if (obstacle !== null)
    throw new ProtocolError(
      'wrong-state',
      `The checkpoint of step ${step} of ${record.id} cannot go on with these options: ${obstacle}.`,
      'Start a new run instead, or change less.',
    );
  const branch = { parent: { run: record.id, step }, files };
  return prepareRun(dirname(runDir), { experiment: { name, text }, overrides, status, branch }, probe);
}

async function resolvedOf(runDir: string): Promise<ResolvedExperiment> {
  const file = join(runDir, RESOLVED_FILE);
  const { resolved, findings } = parseExperiment(file, await readResolved(runDir));
  if (resolved) return resolved;
  throw new ProtocolError(
    'wrong-state',
    `${file} is not valid for this version: ${findings[0]?.message ?? 'it cannot be read'}`,
    'Start a new run from its experiment file instead.',
  );
}

async function checkpointAt(runDir: string, step: number): Promise<CheckpointFiles> {
  const all = await listCheckpoints(runDir);
  const checkpoint = all.find((each) => each.step === step);
  const others = all.map((each) => each.step).join(', ');
  if (!checkpoint)
    throw new ProtocolError(
      'wrong-state',
      `There is no checkpoint of step ${step}.`,
      others === '' ? 'The run has no checkpoint yet.' : `Choose one of ${others}.`,
    );
  try {
    return await readCheckpoint(checkpoint);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new ProtocolError('wrong-state', error.message, 'Branch from another checkpoint.', error);
  }
}
