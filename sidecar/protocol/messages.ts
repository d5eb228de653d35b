/**
 * Every message between daemon and client: method, parameters, result. docs/protocol.md says what they mean, and a test
 * fails when the two differ.
 *
 * API: requests, notifications, schemasOf, notificationSchema, RequestMethod, RequestParams, RequestResult, NotificationMethod, NotificationParams.
 */
import { z } from 'zod';
import { findingSchema } from './finding.ts';
import { notesSchema } from './notes.ts';
import { runIdSchema } from './runRecord.ts';
import { runSummarySchema } from './runSummary.ts';
import { pointsByTagSchema, seriesAppendSchema, seriesUpdateSchema, subscriptionSchema } from './series.ts';
import { versionSchema } from './version.ts';

const maxPoints = z.int().min(4).max(1_000_000);
const ofRun = z.object({ run: runIdSchema });
const nothing = z.object({});

/** `file` is read by the daemon, on its machine; `text` needs no file, and `fileName` only tells YAML from JSON. */
const experimentSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), path: z.string().min(1) }),
  z.object({ kind: z.literal('text'), text: z.string(), fileName: z.string() }),
]);

export const requests = {
  hello: {
    params: z.object({
      token: z.string(),
      protocol: versionSchema,
      client: z.object({ name: z.string(), version: z.string() }),
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
    result: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('queued'), run: runSummarySchema, findings: z.array(findingSchema) }),
      z.object({ kind: z.literal('rejected'), findings: z.array(findingSchema) }),
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
      checkpoints: z.array(z.object({ step: z.int().min(0), path: z.string() })),
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
} as const;

export const notifications = {
  'runs/changed': z.object({ run: runSummarySchema }),
  'runs/removed': ofRun,
  'series/append': seriesAppendSchema,
} as const;

export type RequestMethod = keyof typeof requests;
export type RequestParams<M extends RequestMethod> = z.output<(typeof requests)[M]['params']>;
export type RequestResult<M extends RequestMethod> = z.output<(typeof requests)[M]['result']>;
export type NotificationMethod = keyof typeof notifications;
export type NotificationParams<N extends NotificationMethod> = z.output<(typeof notifications)[N]>;

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
