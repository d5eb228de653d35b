/**
 * `run.json`: what a run is and how far it has come. One schema for the file and for the wire; pure data, so that the
 * page can use it. Unknown keys are kept: a newer writer's fields survive being rewritten by an older one.
 *
 * API: runRecordSchema, RunRecord, RunStatus, shortId, seriesDeclarationSchema, isEnded, isHeld.
 */
import { z } from 'zod';
import { wireNumber } from './number.ts';
import { panelDeclarationSchema } from './panels.ts';
import { provenanceSchema } from './provenance.ts';

export const RUN_RECORD_VERSION = 1;

const count = z.int().min(0);

/** A run's name is its directory's name: never a path, never hidden. */
export const runIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/, 'expected the name of a run directory, not a path');

/** The end of a run's name, which tells runs of one experiment apart. */
export const shortId = (run: string): string => run.slice(-4);

export const runStatusSchema = z.enum([
  'queued',
  'preparing',
  'running',
  'paused',
  'completed',
  'stopped',
  'failed',
]);
export type RunStatus = z.output<typeof runStatusSchema>;

/** Unit, formula and title of all series that `tag` matches; `*` stands for one part of the name. */
export const seriesDeclarationSchema = z
  .object({ tag: z.string(), unit: z.string(), formula: z.string(), title: z.string() })
  .meta({ id: 'SeriesDeclaration' });
export type SeriesDeclaration = z.output<typeof seriesDeclarationSchema>;

const better = z.enum(['higher', 'lower']);

const givenWeightsSchema = z.object({
  run: z.string(),
  step: z.int().min(0),
  role: z.string(),
  /** Branch or join of the network there. */
  output: z.string(),
  /** SHA-256 of the weights' bytes. */
  digest: z.string(),
});
export type GivenWeights = z.output<typeof givenWeightsSchema>;

export const runRecordSchema = z
  .looseObject({
    version: z.literal(RUN_RECORD_VERSION),
    id: runIdSchema,
    status: runStatusSchema,
    /** `path` is where the user's file was, null when the text did not come from a file. */
    experiment: z.object({ name: z.string(), path: z.string().nullable() }),
    method: z.string(),
    model: z.string(),
    dataset: z.string(),
    seed: z.int(),
    /** `--set key=value` texts, in the order given. */
    overrides: z.array(z.string()),
    /** Name of the stage being run; null before the first. */
    stage: z.string().nullable(),
    /** In order; `from` is the step at which the stage begins. */
    stages: z.array(z.object({ name: z.string(), steps: count, from: count })),
    step: count,
    totalSteps: count,
    epoch: z.number().min(0),
    totalEpochs: z.number().min(0),
    /** Best value of the headline series so far. */
    best: z.object({ series: z.string(), value: wireNumber, step: count, better }).nullable(),
    /** How far the data are read while the status is `preparing` and that takes long; null or absent otherwise. */
    preparation: z.object({ what: z.string(), done: count, total: count }).nullable().optional(),
    /** Result on the test split by role and metric; null until it was evaluated, once. */
    test: z.record(z.string(), z.record(z.string(), wireNumber)).nullable(),
    collapsed: z.object({ reason: z.string(), step: count, role: z.string() }).nullable(),
    error: z.object({ message: z.string(), step: count.nullable(), next: z.string().optional() }).nullable(),
    headline: z.object({ series: z.string(), unit: z.string(), better }),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    /** Seconds spent in training, over all attempts, pauses excluded. */
    activeSeconds: z.number().min(0),
    backend: z.object({ name: z.string(), device: z.string(), version: z.string() }).nullable(),
    environment: z.record(z.string(), z.string()),
    digests: z.record(z.string(), z.string()),
    /** Absent in runs of versions that did not record it. */
    provenance: provenanceSchema.optional(),
    /** The run that the experiment names as what it is compared with. */
    baseline: z.string().nullable().optional(),
    /** The run and step that this one was branched from. */
    parent: z.object({ run: runIdSchema, step: count }).nullable(),
    series: z.array(seriesDeclarationSchema).optional(),
    /** What its method wants to have drawn; absent in runs of versions that did not record it. */
    panels: z.array(panelDeclarationSchema).optional(),
    roles: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        /** Where its logits come from; null where they are no single path, absent in older records. */
        path: z.object({ network: z.string(), output: z.string() }).nullable().optional(),
      }),
    ),
    /** Networks that began with a role of another run. */
    weights: z.record(z.string(), givenWeightsSchema).optional(),
  })
  .meta({ id: 'RunRecord' });
export type RunRecord = z.output<typeof runRecordSchema>;

/** True when the run wrote its end itself. */
export function isEnded(status: RunStatus): boolean {
  switch (status) {
    case 'completed':
    case 'stopped':
    case 'failed':
      return true;
    case 'queued':
    case 'preparing':
    case 'running':
    case 'paused':
      return false;
  }
}

/** True when a trainer must be holding the run's lease. */
export function isHeld(status: RunStatus): boolean {
  switch (status) {
    case 'preparing':
    case 'running':
    case 'paused':
      return true;
    case 'queued':
    case 'completed':
    case 'stopped':
    case 'failed':
      return false;
  }
}
