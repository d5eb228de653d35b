/** Where a daemon says how to reach it: an owner-only file in the user's state folder. API: discoverySchema, Discovery. */
import { z } from 'zod';
import { versionSchema } from './version.ts';

export const discoverySchema = z.object({
  version: z.literal(1),
  /** Real path. */
  runsFolder: z.string(),
  port: z.int().min(1).max(65_535),
  /** Whoever knows it may do everything; only the owner can read it. */
  token: z.string().min(32),
  pid: z.int().min(1),
  startedAt: z.iso.datetime(),
  protocol: versionSchema,
  product: z.object({ name: z.string(), version: z.string() }),
});
export type Discovery = z.output<typeof discoverySchema>;
