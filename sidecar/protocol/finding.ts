/** What a rule says about an experiment file. API: findingSchema, FindingMessage. */
import { z } from 'zod';

export const findingSchema = z
  .looseObject({
    code: z.string(),
    severity: z.enum(['error', 'warning']),
    file: z.string(),
    line: z.int(),
    column: z.int(),
    endLine: z.int().optional(),
    endColumn: z.int().optional(),
    path: z.string(),
    message: z.string(),
    expected: z.string(),
    got: z.string(),
    suggestion: z.string().nullable(),
  })
  .meta({ id: 'Finding' });
export type FindingMessage = z.output<typeof findingSchema>;
