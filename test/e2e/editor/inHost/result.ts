import { z } from 'zod';

/** Begins a line of the extension host's output that is a result of a test inside it. */
export const RESULT = 'in-host result ';

export const resultSchema = z.object({
  name: z.string(),
  passed: z.boolean(),
  error: z.string().optional(),
  value: z.unknown().optional(),
});
export type Result = z.output<typeof resultSchema>;
