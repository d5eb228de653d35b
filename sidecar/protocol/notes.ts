/** `notes.json`: what people say about a run. The daemon's alone, never read by a trainer. API: notesSchema, Notes. */
import { z } from 'zod';

export const notesSchema = z
  .looseObject({
    /** Shown instead of the directory's name; null shows that. */
    name: z.string().max(200).nullable().default(null),
    tags: z.array(z.string().min(1).max(100)).max(50).default([]),
    /** Markdown. */
    note: z.string().max(100_000).default(''),
    pinned: z.boolean().default(false),
    hidden: z.boolean().default(false),
  })
  .meta({ id: 'Notes' });
export type Notes = z.output<typeof notesSchema>;
