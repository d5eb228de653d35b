/** What `distillery doctor --json` says. API: doctorReportSchema, DoctorReport. */
import { z } from 'zod';

const backend = z.discriminatedUnion('usable', [
  z.looseObject({ name: z.string(), usable: z.literal(true), device: z.string(), version: z.string() }),
  z.looseObject({ name: z.string(), usable: z.literal(false), reason: z.string() }),
]);

export const doctorReportSchema = z.looseObject({
  node: z.string(),
  platform: z.string(),
  processor: z.string(),
  cores: z.int(),
  memoryBytes: z.number(),
  backends: z.array(backend),
  choice: z.string().nullable(),
  datasets: z.record(z.string(), z.object({ available: z.boolean(), detail: z.string() })),
});
export type DoctorReport = z.output<typeof doctorReportSchema>;
