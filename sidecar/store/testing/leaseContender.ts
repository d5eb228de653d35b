/**
 * A process that wants a lease: `leaseContender <runDir> <goFile>`. It waits for the go file, tries once, says what came
 * of it, and if it won holds on until its lease is lost.
 */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from '../errors.ts';
import { Lease } from '../lease.ts';

const [runDir = '', goFile = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
while (!existsSync(goFile)) await pause(1);

try {
  const lease = await Lease.acquire(runDir, {
    onError: (error) => {
      process.stdout.write(error instanceof StoreError ? `${error.code}\n` : 'unexpected\n');
      process.exit(3);
    },
    watchMs: 100,
  });
  process.stdout.write(`won ${lease.attempt}\n`);
  // The lease's own timer does not keep a process alive.
  setInterval(() => undefined, 1000);
} catch (error) {
  process.stdout.write(error instanceof StoreError ? `${error.code}\n` : `unexpected ${String(error)}\n`);
}
