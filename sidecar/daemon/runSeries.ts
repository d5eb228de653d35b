/**
 * The series of one run, read from its event file as far as it goes.
 *
 * API: RunSeries.poll(), store, epoch, problems.
 */
import { StoreError } from '../store/errors.ts';
import { EventReader, findEventFile } from '../store/eventReader.ts';
import { SeriesStore } from '../store/seriesStore.ts';

const MAX_PROBLEMS = 20;

export class RunSeries {
  readonly #runDir: string;
  #store = new SeriesStore();
  #reader: EventReader | null = null;
  /** Grows when the file turned out to be another one and everything was read again. */
  #epoch = 0;
  #problems: string[] = [];
  #fault: string | null = null;
  #polling: Promise<void> = Promise.resolve();

  constructor(runDir: string) {
    this.#runDir = runDir;
  }

  get store(): SeriesStore {
    return this.#store;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Damaged places that were passed over, one sentence each. */
  get problems(): readonly string[] {
    return this.#fault === null ? this.#problems : [this.#fault, ...this.#problems];
  }

  /** Reads what is new, one reading at a time. */
  poll(): Promise<void> {
    this.#polling = this.#polling.catch(() => undefined).then(() => this.#read());
    return this.#polling;
  }

  async #read(): Promise<void> {
    try {
      this.#reader ??= await this.#open();
      this.#fault = null;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#fault = error.message;
    }
    for (let atEnd = this.#reader === null; !atEnd && this.#reader !== null;) {
      const batch = await this.#reader.read();
      if (batch.restarted) {
        this.#store = new SeriesStore();
        this.#epoch++;
        this.#problems = [];
      }
      this.#store.add(batch.events);
      this.#store.skipTo(batch.offset);
      for (const { offset, end, reason } of batch.damages.slice(0, MAX_PROBLEMS - this.#problems.length)) {
        this.#problems.push(
          `The event file is damaged from byte ${offset} to ${end} (${reason}); the rest was read.`,
        );
      }
      atEnd = batch.atEnd;
    }
  }

  async #open(): Promise<EventReader | null> {
    const path = await findEventFile(this.#runDir);
    return path === null ? null : new EventReader(path);
  }
}
