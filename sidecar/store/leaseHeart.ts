/** Entry of the thread that renews a lease while the training thread computes. */
import { parentPort, workerData } from 'node:worker_threads';
import { StoreError } from './errors.ts';
import { assertHeld, HEART, RENEW_MS, writeBeat, type HeartData, type HeartMessage } from './leaseBeat.ts';

const { runDir, record, state } = workerData as HeartData;

const timer = setInterval(() => {
  if (Atomics.compareExchange(state, 0, HEART.idle, HEART.writing) !== HEART.idle) {
    clearInterval(timer);
    return;
  }
  try {
    assertHeld(runDir, record.attempt);
    writeBeat(runDir, { ...record, beat: Date.now() });
  } catch (error) {
    const lost = error instanceof StoreError && error.code === 'lease-lost';
    if (lost) clearInterval(timer);
    const message: HeartMessage = { lost, message: error instanceof Error ? error.message : String(error) };
    parentPort?.postMessage(message);
  } finally {
    Atomics.compareExchange(state, 0, HEART.writing, HEART.idle);
    Atomics.notify(state, 0);
  }
}, RENEW_MS);
