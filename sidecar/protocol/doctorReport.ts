/**
 * What `distillery doctor --json` prints: what this machine is, what can compute on it, and exactly why the rest cannot.
 *
 * API: doctorReportSchema, DoctorReport.
 */
import { z } from 'zod';

const backend = z.discriminatedUnion('usable', [
  z.object({
    name: z.string(),
    usable: z.literal(true),
    /** What it runs on, in words. */
    device: z.string(),
    version: z.string(),
    /** Folder of the native package; null for what is built in. */
    location: z.string().nullable(),
    /** Of a small training step, to compare backends by; null when it was not timed. */
    imagesPerSecond: z.number().min(0).nullable(),
  }),
  z.object({ name: z.string(), usable: z.literal(false), reason: z.string() }),
]);

export const doctorReportSchema = z.object({
  version: z.literal(1),
  /** Version of Node, e.g. `v20.20.2`. */
  node: z.string(),
  /** Platform and architecture, e.g. `linux x64`. */
  platform: z.string(),
  processor: z.string(),
  /** Logical cores that a process may use. */
  cores: z.int().min(1),
  memoryBytes: z.object({ total: z.number().min(0), free: z.number().min(0) }),
  /** In the order in which `auto` tries them. */
  backends: z.array(backend).readonly(),
  /** What `auto` takes; null when nothing works. */
  choice: z.string().nullable(),
  /** By name; `detail` says where the files are, or why they are not available. */
  datasets: z.record(
    z.string(),
    z.object({
      available: z.boolean(),
      detail: z.string(),
      title: z.string(),
      /** Of its files; 0 where there are none. */
      bytes: z.number().min(0),
      /** What a download takes; null where there is nothing to download. */
      downloadBytes: z.number().min(0).nullable(),
    }),
  ),
  /** Of this program and its parts, by name. */
  versions: z.record(z.string(), z.string()),
});
export type DoctorReport = z.output<typeof doctorReportSchema>;
