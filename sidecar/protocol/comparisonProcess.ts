/**
 * What the process that compares checkpoints says on its stdout, one JSON object a line. Its question is the first line of its
 * stdin, which stays open as long as somebody wants the answer.
 *
 * API: comparisonOrderSchema, comparisonLineSchema, ComparisonLine.
 */
import { z } from 'zod';
import { comparisonProgressSchema, comparisonRequestSchema } from './comparison.ts';

export const comparisonOrderSchema = z.object({
  runsFolder: z.string().min(1),
  request: comparisonRequestSchema,
});

export const comparisonLineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), progress: comparisonProgressSchema }),
  /** The result is in the cache. */
  z.object({ kind: z.literal('done'), digest: z.string() }),
  /** `refused`: what was asked cannot be compared; otherwise something went wrong. */
  z.object({ kind: z.literal('failed'), refused: z.boolean(), message: z.string(), next: z.string() }),
]);
export type ComparisonLine = z.output<typeof comparisonLineSchema>;
