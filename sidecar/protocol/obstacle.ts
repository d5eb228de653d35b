/** Why a run cannot be repeated exactly, or may turn out differently. API: obstacleSchema, Obstacle. */
import { z } from 'zod';

export const obstacleSchema = z
  .object({
    /** refuse: it cannot be the same. warn: its last bits may differ, and with them the rest in the end. */
    severity: z.enum(['refuse', 'warn']),
    /** What is in the way: `data`, `backend version`, … */
    what: z.string(),
    message: z.string(),
    next: z.string(),
  })
  .meta({ id: 'Obstacle' });
export type Obstacle = z.output<typeof obstacleSchema>;
