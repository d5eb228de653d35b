import { cpus } from 'node:os';

/** What a run records of the machine that it is on. API: machineFacts. */
export const machineFacts = (): Record<'node' | 'platform' | 'cpu', string> => ({
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
  cpu: `${cpus()[0]?.model.trim() ?? 'unknown'} ×${cpus().length}`,
});
