import { parentPort, workerData } from 'node:worker_threads';
import {
  directSource,
  type BatchRange,
  type FromWorker,
  type ToWorker,
  type WorkerSetup,
} from './batchSource.ts';

/** Entry of the data worker: makes batches in order, as many as were asked for. */
const port = parentPort;
if (!port) throw new Error('The data worker runs as a worker thread.');

const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => {
  port.postMessage(message, transfer);
};
const opening = directSource(workerData as WorkerSetup);
let range: BatchRange | null = null;
let step = 0;

async function answer(message: ToWorker): Promise<void> {
  const { sampler } = await opening;
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
  answer(message).catch((error: unknown) => {
    send({ kind: 'error', message: error instanceof Error ? error.message : String(error) });
  });
});
