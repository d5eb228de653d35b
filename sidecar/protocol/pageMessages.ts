/**
 * What the page and the editor that hosts it say to each other by `postMessage`. Frames of the daemon's protocol travel inside;
 * the host owns the socket, puts the token into `hello`, and keeps back what an untrusted workspace may not ask for.
 *
 * API: pageToHost, PageToHost, hostToPage, HostToPage.
 */
import { z } from 'zod';
import { subjectSchema } from './comparison.ts';
import { runIdSchema } from './runRecord.ts';

/** Tabs of the page. */
export const tabSchema = z.enum(['run', 'compare', 'checkpoints', 'runs']);
export type Tab = z.output<typeof tabSchema>;

export const pageToHost = z.discriminatedUnion('kind', [
  /** The page listens. Nothing is sent to it before. */
  z.object({ kind: z.literal('ready') }),
  /** Asks for a new connection to the daemon; answered by `opened` or `closed`. */
  z.object({ kind: z.literal('connect') }),
  z.object({ kind: z.literal('frame'), text: z.string() }),
  /** Shows a file of a run, or its folder, in the editor. */
  z.object({
    kind: z.literal('open'),
    run: runIdSchema,
    what: z.enum(['experiment', 'resolved', 'log', 'folder']),
  }),
  /** Compares what two runs really ran, in the editor's diff. */
  z.object({ kind: z.literal('diff'), runs: z.tuple([runIdSchema, runIdSchema]) }),
  /** Lets the user choose a place for an exported chart or table. */
  z.object({ kind: z.literal('save'), fileName: z.string().min(1).max(200), base64: z.string() }),
  /** Commands of the extension that the page offers; `run` where one is about a run. */
  z.object({
    kind: z.literal('command'),
    name: z.enum(['startExample', 'startRun', 'runAgain', 'exportStudent', 'showLog', 'delete', 'rename']),
    run: runIdSchema.nullable(),
  }),
  /** What is looked at now: the panel's title and the tree follow it. */
  z.object({ kind: z.literal('looking'), run: runIdSchema.nullable(), tab: tabSchema }),
]);
export type PageToHost = z.output<typeof pageToHost>;

export const hostToPage = z.discriminatedUnion('kind', [
  /** The socket is open: frames may be sent. */
  z.object({ kind: z.literal('opened') }),
  z.object({ kind: z.literal('closed'), reason: z.string() }),
  z.object({ kind: z.literal('frame'), text: z.string() }),
  /** Look at this run and tab; with subjects, compare them. */
  z.object({
    kind: z.literal('show'),
    run: runIdSchema.nullable(),
    tab: tabSchema,
    subjects: z.array(subjectSchema).optional(),
  }),
  /** Whether runs may be started and steered here; false in Restricted Mode. */
  z.object({ kind: z.literal('trust'), trusted: z.boolean() }),
]);
export type HostToPage = z.output<typeof hostToPage>;
