/** A run as clients see it: its record, and what the daemon derives. API: runSummarySchema, RunSummary, livenessSchema. */
import { z } from 'zod';
import { notesSchema } from './notes.ts';
import { runRecordSchema } from './runRecord.ts';

export const livenessSchema = z.enum(['queued', 'live', 'lost', 'ended']);
export type Liveness = z.output<typeof livenessSchema>;

export const runSummarySchema = z
  .object({
    record: runRecordSchema,
    liveness: livenessSchema,
    beatAge: z.number().min(0).nullable(),
    want: z.enum(['run', 'pause', 'stop']),
    notes: notesSchema,
    /** What is wrong with the run's files, one sentence each. */
    problems: z.array(z.string()),
  })
  .meta({ id: 'RunSummary' });
export type RunSummary = z.output<typeof runSummarySchema>;
