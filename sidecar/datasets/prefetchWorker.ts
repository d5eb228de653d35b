import { parentPort, workerData } from 'node:worker_threads';
import type { BatchRange, FromWorker, ToWorker, WorkerSetup } from './batchSource.ts';
import { Sampler } from './sampler.ts';

/** Entry of the data worker: makes batches in order, as many as were asked for. */
const port = parentPort;
if (!port) throw new Error('The data worker runs as a worker thread.');

const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => {
  port.postMessage(message, transfer);
};
const setup = workerData as WorkerSetup;
const sampler = new Sampler(setup.dataset, setup.sampler);
let range: BatchRange | null = null;
let step = 0;

function answer(message: ToWorker): void {
  if (message.kind === 'begin') {
    range = message.range;
    step = range.from;
  } else if (range && step < range.to) {
    const batch = sampler.batch(range.stage, step, range.views);
    send(
      { kind: 'batch', range, step: step++, batch },
      batch.views.map((view) => view.buffer as ArrayBuffer),
    );
  }
}

port.on('message', (message: ToWorker) => {
  try {
    answer(message);
  } catch (error) {
    send({ kind: 'error', message: error instanceof Error ? error.message : String(error) });
  }
});
