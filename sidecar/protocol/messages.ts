/**
 * Every message between daemon and client: method, parameters, result. docs/protocol.md says what they mean, and a test
 * fails when the two differ.
 *
 * API: requests, notifications, accessTo, schemasOf, notificationSchema, RequestMethod, RequestParams, RequestResult, NotificationMethod, NotificationParams.
 */
import { z } from 'zod';
import { comparisonProgressSchema, comparisonRequestSchema, comparisonSchema } from './comparison.ts';
import { exhibitsSchema } from './exhibits.ts';
import { findingSchema } from './finding.ts';
import { notesSchema } from './notes.ts';
import { obstacleSchema } from './obstacle.ts';
import { predictionsSchema } from './predictions.ts';
import { runIdSchema } from './runRecord.ts';
import { runSummarySchema } from './runSummary.ts';
import { wireNumber } from './number.ts';
import { pointsByTagSchema, seriesAppendSchema, seriesUpdateSchema, subscriptionSchema } from './series.ts';
import { versionSchema } from './version.ts';
import { viewsSchema } from './views.ts';

const maxPoints = z.int().min(4).max(1_000_000);
const ofRun = z.object({ run: runIdSchema });
const nothing = z.object({});

/** `read` may look at everything and change nothing; the daemon starts no trainer before a client with `full` has come. */
export const accessSchema = z.enum(['read', 'full']);
export type Access = z.output<typeof accessSchema>;

/** `file` is read by the daemon, on its machine; `text` needs no file, and `fileName` only tells YAML from JSON. */
const experimentSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), path: z.string().min(1) }),
  z.object({ kind: z.literal('text'), text: z.string(), fileName: z.string() }),
]);

const submitted = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('queued'), run: runSummarySchema, findings: z.array(findingSchema) }),
  z.object({ kind: z.literal('rejected'), findings: z.array(findingSchema) }),
]);

/** A process that holds a run and gives no sign of life: neither adopted nor ended without being asked. */
const survivorSchema = z
  .object({ run: runIdSchema, pid: z.int().min(1), beatAge: z.number().min(0) })
  .meta({ id: 'Survivor' });

/** What there is of a data set, without having read a sample. */
const probedDataSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('found'), dataset: z.record(z.string(), z.unknown()) }),
  z.object({
    kind: z.literal('wrong'),
    code: z.enum(['dataMissing', 'dataUnusable']),
    key: z.string(),
    message: z.string(),
    expected: z.string(),
  }),
]);

const checkpointSchema = z
  .object({
    step: z.int().min(0),
    path: z.string(),
    bytes: z.int().min(0).optional(),
    savedAt: z.iso.datetime().optional(),
    /** Headline value at this step; null when it was not evaluated then, or was not finite. */
    score: wireNumber.nullable().optional(),
  })
  .meta({ id: 'CheckpointInfo' });

export const requests = {
  hello: {
    params: z.object({
      token: z.string(),
      protocol: versionSchema,
      client: z.object({ name: z.string(), version: z.string() }),
      /** Full unless told. */
      access: accessSchema.optional(),
    }),
    result: z.object({
      protocol: versionSchema,
      product: z.object({ name: z.string(), version: z.string() }),
      capabilities: z.array(z.string()),
      runsFolder: z.string(),
    }),
  },
  'runs/list': {
    params: nothing,
    result: z.object({
      runs: z.array(runSummarySchema),
      problems: z.array(z.object({ name: z.string(), message: z.string() })),
    }),
  },
  'runs/start': {
    params: z.object({ source: experimentSource, overrides: z.array(z.string()) }),
    result: submitted,
  },
  'runs/branch': {
    params: ofRun.extend({ step: z.int().min(0), overrides: z.array(z.string()) }),
    result: submitted,
  },
  'runs/repeat': {
    params: ofRun.extend({ despite: z.boolean() }),
    result: z.discriminatedUnion('kind', [
      ...submitted.options,
      z.object({ kind: z.literal('obstructed'), obstacles: z.array(obstacleSchema) }),
    ]),
  },
  'runs/stop': { params: ofRun, result: nothing },
  'runs/pause': { params: ofRun, result: nothing },
  'runs/resume': { params: ofRun, result: z.object({ how: z.enum(['unpaused', 'queued']) }) },
  'runs/checkpoint': { params: ofRun, result: nothing },
  'runs/delete': { params: ofRun, result: z.object({ movedTo: z.string() }) },
  'runs/show': {
    params: ofRun,
    result: z.object({
      summary: runSummarySchema,
      directory: z.string(),
      experimentFile: z.string(),
      experimentText: z.string(),
      resolvedText: z.string(),
      checkpoints: z.array(checkpointSchema),
      logTail: z.string(),
    }),
  },
  'runs/annotate': {
    params: ofRun.extend({
      changes: z.object({
        name: notesSchema.shape.name.unwrap().optional(),
        tags: notesSchema.shape.tags.unwrap().optional(),
        note: notesSchema.shape.note.unwrap().optional(),
        pinned: z.boolean().optional(),
        hidden: z.boolean().optional(),
      }),
    }),
    result: z.object({ notes: notesSchema }),
  },
  'runs/predictions': { params: ofRun, result: z.object({ predictions: predictionsSchema.nullable() }) },
  'runs/exhibits': { params: ofRun, result: z.object({ exhibits: exhibitsSchema.nullable() }) },
  'runs/views': { params: ofRun, result: z.object({ views: viewsSchema.nullable() }) },
  'runs/parameters': {
    params: z.object({ runs: z.array(runIdSchema) }),
    /** By run and dotted path: the resolved value as JSON text. Runs that cannot be read are left out. */
    result: z.object({ parameters: z.record(z.string(), z.record(z.string(), z.string())) }),
  },
  'checkpoints/compare': {
    params: z.object({
      /** Chosen by the client: its progress is told under this name. */
      id: z.string().min(1).max(100),
      request: comparisonRequestSchema,
      /** Compute also what is known, for latencies of now. */
      fresh: z.boolean().default(false),
    }),
    result: z.object({ comparison: comparisonSchema, cached: z.boolean() }),
  },
  'series/subscribe': {
    params: ofRun.extend({ since: z.int().min(0).nullable(), maxPoints }),
    result: z.object({ subscription: subscriptionSchema, update: seriesUpdateSchema }),
  },
  'series/unsubscribe': { params: z.object({ subscription: subscriptionSchema }), result: nothing },
  'series/range': {
    params: ofRun.extend({ tags: z.array(z.string()), fromStep: z.number(), toStep: z.number(), maxPoints }),
    result: z.object({ series: pointsByTagSchema, complete: z.boolean() }),
  },
  'system/heartbeat': { params: nothing, result: z.object({ time: z.number() }) },
  'system/datasets': {
    params: nothing,
    /** By name, why a data set cannot be opened on the daemon's machine; those that can be are left out. */
    result: z.object({ problems: z.record(z.string(), z.string()) }),
  },
  'system/data': {
    params: z.object({
      /** Absolute path of the experiment, from which the paths of its data set are meant. */
      file: z.string().min(1),
      /** As the experiment has it. */
      dataset: z.record(z.string(), z.unknown()),
    }),
    result: probedDataSchema,
  },
  'system/survivors': { params: nothing, result: z.object({ survivors: z.array(survivorSchema) }) },
  'system/endSurvivor': {
    params: ofRun.extend({ pid: z.int().min(1) }),
    result: z.object({ how: z.enum(['ended', 'terminated', 'killed']) }),
  },
  'system/shutdown': {
    params: z.object({ runs: z.enum(['leave', 'stop']) }),
    result: z.object({ stopped: z.array(runIdSchema), stillRunning: z.array(runIdSchema) }),
  },
} as const;

export const notifications = {
  'runs/changed': z.object({ run: runSummarySchema }),
  'runs/removed': ofRun,
  'series/append': seriesAppendSchema,
  'comparison/progress': z.object({ id: z.string(), progress: comparisonProgressSchema }),
} as const;

export type RequestMethod = keyof typeof requests;
export type RequestParams<M extends RequestMethod> = z.output<(typeof requests)[M]['params']>;
export type RequestResult<M extends RequestMethod> = z.output<(typeof requests)[M]['result']>;
export type NotificationMethod = keyof typeof notifications;
export type NotificationParams<N extends NotificationMethod> = z.output<(typeof notifications)[N]>;

/** What a client must have said in `hello` to ask for a method: `full` for everything that changes something. */
const NEEDED: Readonly<Record<RequestMethod, Access>> = {
  hello: 'read',
  'runs/list': 'read',
  'runs/start': 'full',
  'runs/branch': 'full',
  'runs/repeat': 'full',
  'runs/stop': 'full',
  'runs/pause': 'full',
  'runs/resume': 'full',
  'runs/checkpoint': 'full',
  'runs/delete': 'full',
  'runs/show': 'read',
  'runs/annotate': 'full',
  'runs/predictions': 'read',
  'runs/exhibits': 'read',
  'runs/views': 'read',
  'runs/parameters': 'read',
  'checkpoints/compare': 'full',
  'series/subscribe': 'read',
  'series/unsubscribe': 'read',
  'series/range': 'read',
  'system/heartbeat': 'read',
  'system/datasets': 'read',
  // It looks into folders that an experiment names, whoever wrote it.
  'system/data': 'full',
  'system/survivors': 'read',
  'system/endSurvivor': 'full',
  'system/shutdown': 'full',
};

export function accessTo(method: RequestMethod): Access {
  return NEEDED[method];
}

/** The schemas of one method. The compiler does not follow a table through a type parameter, hence the casts here, once. */
export function schemasOf<M extends RequestMethod>(
  method: M,
): { params: z.ZodType<RequestParams<M>>; result: z.ZodType<RequestResult<M>> } {
  return requests[method] as unknown as {
    params: z.ZodType<RequestParams<M>>;
    result: z.ZodType<RequestResult<M>>;
  };
}

/** The schema of one notification; see {@link schemasOf}. */
export function notificationSchema<N extends NotificationMethod>(
  method: N,
): z.ZodType<NotificationParams<N>> {
  return notifications[method] as unknown as z.ZodType<NotificationParams<N>>;
}

export function isRequestMethod(method: string): method is RequestMethod {
  return Object.hasOwn(requests, method);
}

export function isNotificationMethod(method: string): method is NotificationMethod {
  return Object.hasOwn(notifications, method);
}
