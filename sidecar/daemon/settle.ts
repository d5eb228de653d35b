/**
 * Changes `run.json` of a run that no trainer works on: the daemon takes the lease, writes, and gives it back.
 *
 * API: settle(runDir, change), tailOfLog(runDir, bytes).
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '../protocol/runRecord.ts';
import { systemErrorCode } from '../store/errors.ts';
import { Lease } from '../store/lease.ts';
import { LOG_FILE, readRun, writeRun } from '../store/runs.ts';

/**
 * `change` gets the record as it is under the lease, and gives back null to leave it.
 * @throws StoreError `lease-held` when a trainer lives after all.
 */
export async function settle(
  runDir: string,
  change: (record: RunRecord) => Partial<RunRecord> | null,
): Promise<void> {
  const lease = await Lease.acquire(runDir);
  try {
    const record = await readRun(runDir);
    const changes = change(record);
    lease.check();
    if (changes !== null) writeRun(runDir, { ...record, ...changes });
  } finally {
    lease.release();
  }
}

/** The last `bytes` of a run's log, from the beginning of a line on; empty when there is none. */
export async function tailOfLog(runDir: string, bytes: number): Promise<string> {
  try {
    const file = await open(join(runDir, LOG_FILE), 'r');
    try {
      const { size } = await file.stat();
      const from = Math.max(0, size - bytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, bytes)), 0, undefined, from);
      const text = buffer.toString('utf8', 0, bytesRead);
      return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
