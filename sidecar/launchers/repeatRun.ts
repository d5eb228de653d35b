import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { parseExperiment, resolvedYaml, type DataProbe, type ResolvedExperiment } from '../config/load.ts';
import type { Obstacle } from '../protocol/obstacle.ts';
import { compareProvenance, unknownFacts, type ProvenanceDifference } from '../protocol/provenance.ts';
import type { RunRecord } from '../protocol/runRecord.ts';
import {
  listCheckpoints,
  readCheckpoint,
  type Checkpoint,
  type CheckpointFiles,
} from '../store/checkpoints.ts';
import { machineFacts } from '../store/machineFacts.ts';
import { StoreError } from '../store/errors.ts';
import { experimentFile, readResolved, readRun, RESOLVED_FILE, WEIGHTS_FOLDER } from '../store/runs.ts';
import { sha256 } from '../store/sha256.ts';
import type { Given } from './givenWeights.ts';
import { prepareRun, type PreparedRun, type RunRequest } from './prepareRun.ts';

export type RepeatedRun =
  | PreparedRun
  /** Nothing was made. Some obstacles refuse, or all warn and were not accepted. */
  | { readonly kind: 'obstructed'; readonly obstacles: readonly Obstacle[] };

export interface RepeatRequest {
  readonly runDir: string;
  /** Warnings have been read, and accepted. */
  readonly despite: boolean;
  readonly status: RunRequest['status'];
}

/**
 * Makes a run that repeats another one bit for bit: same settings, same backend, same beginning. What only the trainer can see
 * (the data, the device) it compares itself, before the first step.
 */
export async function repeatRun(
  { runDir, despite, status }: RepeatRequest,
  probe: DataProbe,
): Promise<RepeatedRun> {
  const record = await readRun(runDir);
  const file = join(runDir, RESOLVED_FILE);
  const text = await readResolved(runDir);
  const { resolved, findings } = parseExperiment(file, text, [], probe);
  if (!resolved)
    return obstructed({
      severity: 'refuse',
      what: 'settings',
      message: `Its settings are not valid here: ${findings[0]?.message ?? 'they cannot be read'}`,
      next: 'Use the version of Distillery that made it, or start a new run from its experiment file.',
    });
  const beginning = await beginningOf(runDir, record);
  const obstacles = [
    ...beginning.obstacles,
    ...settingsChanged(resolved, record),
    ...surroundingsChanged(record),
  ];
  const refused = obstacles.some(({ severity }) => severity === 'refuse');
  if (refused || (obstacles.length > 0 && !despite)) return obstructed(...obstacles);
  const { parent, backend } = record;
  const { files } = beginning;
  return prepareRun(
    dirname(runDir),
    {
      // Under the name and from the place that the user knows; the settings are what really ran.
      experiment: { name: nameOf(record, runDir), text },
      overrides: backend ? [`backend=${backend.name}`] : [],
      status,
      repeats: { run: record.id, data: record.digests['data'] ?? null, backend },
      ...(parent && files ? { branch: { parent, files } } : {}),
      // From its own folder: the runs that they came from may be gone.
      given: await weightsOf(runDir, record),
    },
    probe,
  );
}

async function weightsOf(runDir: string, { weights = {} }: RunRecord): Promise<Given> {
  const files: CheckpointFiles = new Map();
  for (const network of Object.keys(weights))
    for (const name of ['model.json', 'weights.bin'])
      files.set(`${network}/${name}`, await readFile(join(runDir, WEIGHTS_FOLDER, network, name)));
  return { files, record: weights };
}

const obstructed = (...obstacles: Obstacle[]): RepeatedRun => ({ kind: 'obstructed', obstacles });

/** A resolved file is YAML, whatever the user's own file was. */
const nameOf = ({ experiment }: RunRecord, runDir: string): string =>
  experimentFile(runDir).endsWith('.json') ? experiment.name.replace(/\.json$/u, '.yaml') : experiment.name;

interface Beginning {
  /** Null where the run began with no checkpoint, or with one that is gone. */
  readonly files: CheckpointFiles | null;
  readonly obstacles: readonly Obstacle[];
}

/** The checkpoint that the run began with, from its own folder or its parent's. */
async function beginningOf(runDir: string, { parent }: RunRecord): Promise<Beginning> {
  if (!parent) return { files: null, obstacles: [] };
  const parentDir = join(dirname(runDir), parent.run);
  const candidates = [
    ...(await listCheckpoints(runDir)),
    ...(existsSync(parentDir) ? await listCheckpoints(parentDir) : []),
  ].filter(({ step }) => step === parent.step);
  let problem = `neither it nor ${parent.run} has the checkpoint of step ${parent.step} any more`;
  for (const candidate of candidates) {
    const found = await tried(candidate);
    if (typeof found !== 'string') return { files: found, obstacles: [] };
    problem = found;
  }
  const obstacle: Obstacle = {
    severity: 'refuse',
    what: 'beginning',
    message: `The run began with networks of ${parent.run}, and ${problem}.`,
    next: 'Repeat the parent first, keeping that checkpoint, and branch from it again.',
  };
  return { files: null, obstacles: [obstacle] };
}

async function tried(checkpoint: Checkpoint): Promise<CheckpointFiles | string> {
  try {
    return await readCheckpoint(checkpoint);
  } catch (error) {
    if (error instanceof StoreError) return error.message;
    throw error;
  }
}

/** Whether this version makes something else of the same text. */
function settingsChanged(resolved: ResolvedExperiment, { digests }: RunRecord): Obstacle[] {
  const digest = sha256(resolvedYaml(resolved));
  if (digests['config'] === digest) return [];
  return [
    {
      severity: 'warn',
      what: 'settings',
      message:
        digests['config'] === undefined
          ? 'The run does not tell the digest of its settings.'
          : 'This version of Distillery has settings that the run did not have; they take their defaults.',
      next: 'Compare the resolved configurations of the two runs.',
    },
  ];
}

function surroundingsChanged(record: RunRecord): Obstacle[] {
  const now = {
    ...record,
    environment: machineFacts(),
    provenance: { distillery: packageJson.version, git: null, gitProblem: null, repeats: null },
  };
  const unknown = unknownFacts(record);
  return [
    ...compareProvenance(record, now).filter(isInTheWay).map(warning),
    ...(record.backend && unknown.length > 0
      ? [
          {
            severity: 'warn' as const,
            what: 'provenance',
            message: `The run does not tell its ${unknown.join(', ')}.`,
            next: 'Compare the results before you rely on them.',
          },
        ]
      : []),
  ];
}

const isInTheWay = ({ effect }: ProvenanceDifference): boolean => effect !== 'unlikely';

const warning = ({ what, why, before, after }: ProvenanceDifference): Obstacle => ({
  severity: 'warn',
  what,
  message: `${what}: it was ${before}, and is ${after} here. ${why}`,
  next: 'The numbers may differ in their last bits, and more and more from there.',
});
