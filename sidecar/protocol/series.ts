/**
 * Points of series on their way to a chart.
 *
 * API: pointsSchema, PointsByTag, seamSchema, seriesUpdateSchema, SeriesUpdate, SeriesAppend.
 */
import { z } from 'zod';
import { runIdSchema } from './runRecord.ts';
import { wireNumbers } from './number.ts';

const offset = z.int().min(0);

/** Parallel arrays; wall times in seconds since 1970. */
export const pointsSchema = z
  .object({ steps: wireNumbers, walls: wireNumbers, values: wireNumbers })
  .refine(
    ({ steps, walls, values }) => steps.length === walls.length && steps.length === values.length,
    'steps, walls and values differ in length',
  )
  .meta({ id: 'Points' });
export type Points = z.output<typeof pointsSchema>;

export const pointsByTagSchema = z.record(z.string(), pointsSchema);
export type PointsByTag = z.output<typeof pointsByTagSchema>;

/** Where a run was resumed: everything with a step ≥ `step` that came before `offset` is void. */
export const seamSchema = z
  .object({ step: z.int().min(0), wallTime: z.number(), offset })
  .meta({ id: 'Seam' });
export type Seam = z.output<typeof seamSchema>;

const snapshot = {
  kind: z.literal('snapshot'),
  to: offset,
  series: pointsByTagSchema,
  seams: z.array(seamSchema),
  /** False when points were left out; a range then has them. */
  complete: z.boolean(),
};

const increment = {
  kind: z.literal('increment'),
  from: offset,
  to: offset,
  series: pointsByTagSchema,
  seams: z.array(seamSchema),
  /** Void every point with a step ≥ this one before adding. */
  cancelledFrom: z.int().min(0).nullable(),
};

/** Everything, thinned out; or what came after `from`. */
export const seriesUpdateSchema = z
  .discriminatedUnion('kind', [z.object(snapshot), z.object(increment)])
  .meta({ id: 'SeriesUpdate' });
export type SeriesUpdate = z.output<typeof seriesUpdateSchema>;

/** Numbers the subscriptions of one connection, so that several of one run do not disturb each other. */
export const subscriptionSchema = z.int().min(1);

export const seriesAppendSchema = z.object({
  subscription: subscriptionSchema,
  run: runIdSchema,
  update: seriesUpdateSchema,
});
export type SeriesAppend = z.output<typeof seriesAppendSchema>;
