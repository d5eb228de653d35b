/**
 * `exhibits.json` of a run directory: what a method shows of its newest evaluation beside numbers. One schema for the file, which
 * the trainer replaces as a whole, and for the wire.
 *
 * API: exhibitsSchema, Exhibits, Episode, Shape.
 */
import { z } from 'zod';
import { wireNumber } from './number.ts';

const index = z.int().min(0);
const coordinate = z.number();
/** What a shape is painted with: colours are the theme's. */
const tone = z.enum(['foreground', 'muted', 'accent', 'alarm']);

/** In units of the scene's width: x from left to right, y downwards. */
const shapeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('line'),
    points: z.array(z.tuple([coordinate, coordinate]).readonly()).readonly(),
    width: z.number(),
    tone,
  }),
  z.object({ kind: z.literal('circle'), x: coordinate, y: coordinate, radius: z.number(), tone }),
  z.object({
    kind: z.literal('rectangle'),
    x: coordinate,
    y: coordinate,
    width: z.number(),
    height: z.number(),
    tone,
  }),
]);
export type Shape = z.output<typeof shapeSchema>;

const shapes = z.array(shapeSchema).readonly();

/** One episode in an environment, frame by frame. */
const episodeSchema = z.object({
  kind: z.literal('episode'),
  /** Of the environment, for playing it as fast as it is; null where it has no time of its own. */
  secondsPerStep: z.number().positive().nullable(),
  /** Height of the scene; its width is 1. */
  height: z.number().positive(),
  /** What stands still, behind everything. */
  background: shapes,
  frames: z
    .array(
      z.object({
        /** The action that led here; empty in the first frame. */
        action: z.array(wireNumber).readonly(),
        reward: wireNumber,
        /** Sum of the rewards so far. */
        total: wireNumber,
        shapes,
      }),
    )
    .readonly(),
});
export type Episode = z.output<typeof episodeSchema>;

export const exhibitsSchema = z
  .object({
    version: z.literal(1),
    /** Step of the evaluation. */
    step: index,
    exhibits: z.record(z.string(), z.discriminatedUnion('kind', [episodeSchema])),
  })
  .meta({ id: 'Exhibits' });
export type Exhibits = z.output<typeof exhibitsSchema>;
