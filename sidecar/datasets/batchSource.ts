import { Worker } from 'node:worker_threads';
import type { Batch, Sampler, SamplerOptions } from './sampler.ts';
import type { Dataset, Split } from './dataset.ts';

/** A stretch of training steps whose batches are wanted in order. */
export interface BatchRange {
  readonly stage: number;
  readonly from: number;
  readonly to: number;
  readonly views: number;
}

export interface BatchSource {
  /** Says what will be asked for next; batches of an earlier range are forgotten. */
  begin(range: BatchRange): void;
  /** The next batch of the range. */
  next(): Promise<Batch>;
  close(): Promise<void>;
}

/** Makes each batch when it is asked for: what the worker is compared with, and what short tests use. */
export class DirectSource implements BatchSource {
  #range: BatchRange = { stage: 0, from: 0, to: 0, views: 0 };
  #step = 0;

  constructor(readonly sampler: Sampler) {}

  begin(range: BatchRange): void {
    this.#range = range;
    this.#step = range.from;
  }

  next(): Promise<Batch> {
    const { stage, to, views } = this.#range;
    if (this.#step >= to) return Promise.reject(new Error(`The stage's ${to} batches are all drawn.`));
    return Promise.resolve(this.sampler.batch(stage, this.#step++, views));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export interface WorkerSetup {
  /** Opened; samples in shared memory are not copied. */
  readonly dataset: Dataset;
  readonly sampler: SamplerOptions;
}

export type ToWorker = { readonly kind: 'begin'; readonly range: BatchRange } | { readonly kind: 'more' };
export type FromWorker =
  | { readonly kind: 'batch'; readonly range: BatchRange; readonly step: number; readonly batch: Batch }
  | { readonly kind: 'error'; readonly message: string };

/** Batches that the worker may be ahead: enough to hide its time, few enough not to matter in memory. */
const DEPTH = 3;

/** Makes batches in a worker thread, a few ahead of the training thread. */
export class PrefetchSource implements BatchSource {
  readonly #worker: Worker;
  #ready: Batch[] = [];
  #waiting: { resolve: (batch: Batch) => void; reject: (error: Error) => void } | null = null;
  #range: BatchRange | null = null;
  #failure: Error | null = null;

  /** @param script the bundled worker */
  constructor(script: URL, setup: WorkerSetup) {
    const { dataset, sampler } = setup;
    // It draws training samples alone.
    const test: Split = { values: new Uint8Array(), labels: new Uint8Array() };
    const workerData: WorkerSetup = { dataset: { ...dataset, test }, sampler };
    this.#worker = new Worker(script, { workerData });
    this.#worker.on('message', (message: FromWorker) => {
      this.#receive(message);
    });
    this.#worker.on('error', (error) => {
      this.#fail(error);
    });
  }

  begin(range: BatchRange): void {
    this.#range = range;
    this.#ready = [];
    this.#post({ kind: 'begin', range });
    for (let ahead = 0; ahead < DEPTH; ahead++) this.#post({ kind: 'more' });
  }

  next(): Promise<Batch> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#post({ kind: 'more' });
    const batch = this.#ready.shift();
    if (batch) return Promise.resolve(batch);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'error') {
      this.#fail(new Error(message.message));
      return;
    }
    const { range } = message;
    const current = this.#range;
    if (range.stage !== current?.stage || range.from !== current.from || range.views !== current.views)
      return;
    if (this.#waiting) {
      this.#waiting.resolve(message.batch);
      this.#waiting = null;
    } else this.#ready.push(message.batch);
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
