import { resolve } from 'node:path';
import { StoreError } from '../store/errors.ts';
import { exitCodeOf, LEASE_HELD_EXIT } from './exitCodes.ts';

/**
 * Entry of the trainer process: `node trainer.js <run directory>`. Logs go to stderr, which its parent puts in log.txt.
 * Listens for signals before anything heavy is loaded, so that a stop is a stop from the first moment.
 */
const log = (line: string) => {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
};

const [, , folder] = process.argv;
if (folder === undefined) {
  log('usage: trainer <run directory>');
  process.exit(2);
}

const controller = new AbortController();
let signals = 0;
let lastSignal = -Infinity;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    // A terminal and a parent may both pass on the same Ctrl-C.
    if (performance.now() - lastSignal < 300) return;
    lastSignal = performance.now();
    signals += 1;
    log(`${signal}: checkpoint, then end`);
    controller.abort();
    // A third wish is an order; what is on disk is whole at any moment.
    if (signals > 2) process.exit(130);
  });

try {
  const { train } = await import('./train.ts');
  const outcome = await train(resolve(folder), {
    worker: new URL('./prefetchWorker.js', import.meta.url),
    heart: new URL('./leaseHeart.js', import.meta.url),
    signal: controller.signal,
    env: process.env,
    log,
    onError: (error) => {
      log(`writing failed: ${String(error)}`);
      // Another process goes on with this run: nothing may be written any more.
      if (error instanceof StoreError && error.code === 'lease-lost') process.exit(4);
    },
  });
  log(outcome.status === 'failed' ? `failed: ${outcome.message} ${outcome.next}` : outcome.status);
  // Native backends keep the process open.
  process.exit(exitCodeOf(outcome.status));
} catch (error) {
  if (error instanceof StoreError && error.code === 'lease-held') {
    log(`${error.message} ${error.next}`);
    process.exit(LEASE_HELD_EXIT);
  }
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}
