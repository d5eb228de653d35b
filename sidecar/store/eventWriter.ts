/**
 * Appends to the run's event file: whole checksummed records, one for all series of a step, flushed at least every
 * half second. `sync()` before a checkpoint is renamed into place.
 *
 * API: EventWriter.open(runDir, options), scalars, histogram, image, images, text, hparams, hparamsEnd,
 * customScalarsLayout, sessionStart, checkpointMarker, sessionStop, flush, sync, close, offset, cut.
 *
 * Wall times are seconds since 1970. After `sessionStart(0)` readers have forgotten everything, so `text`, `hparams` and
 * the layout are to be written again.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { StoreError } from './errors.ts';
import { encodeEvent, type EventBody, type HistogramBucket, type SummaryValue } from './event.ts';
import { openEventFile } from './eventFile.ts';
import {
  encodeLayout,
  encodeSessionEnd,
  encodeSessionInfo,
  type Layout,
  type SessionInfo,
  type SessionStatus,
} from './pluginProto.ts';
import { frameRecord } from './tfrecord.ts';

export interface EventWriterOptions {
  /** Throws to refuse writing (`lease.check`). A refusal is final: the writer is closed and what it had is dropped. */
  guard?: () => void;
  /** Hears of what goes wrong in the background flush; the same error also comes from the next call. */
  onError?: (error: unknown) => void;
  /** At most 1000. */
  flushIntervalMs?: number;
  host?: string;
  pid?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export class EventWriter {
  readonly path: string;
  /** Bytes of a torn record that were cut off when the file was reopened. */
  readonly cut: number;
  readonly #options: Required<EventWriterOptions>;
  readonly #handle: number;
  readonly #timer: NodeJS.Timeout;
  #pending: Uint8Array[] = [];
  #size: number;
  #lastFlush: number;
  #closed: Error | null = null;

  private constructor(path: string, size: number, cut: number, options: Required<EventWriterOptions>) {
    this.path = path;
    this.cut = cut;
    this.#size = size;
    this.#options = options;
    this.#handle = openSync(path, 'a');
    this.#lastFlush = options.now();
    this.#timer = setInterval(() => {
      this.#flushInBackground();
    }, options.flushIntervalMs);
    this.#timer.unref();
  }

  /** Creates the file, or reopens it without its torn tail. */
  static async open(runDir: string, options: EventWriterOptions = {}): Promise<EventWriter> {
    const full: Required<EventWriterOptions> = {
      guard: () => undefined,
      onError: () => undefined,
      flushIntervalMs: 500,
      host: hostname(),
      pid: process.pid,
      now: Date.now,
      ...options,
    };
    const identity = { host: full.host, pid: full.pid, wallTime: full.now() / 1000 };
    const { path, size, cut } = await openEventFile(runDir, identity, full.guard);
    return new EventWriter(path, size, cut, full);
  }

  /** Where the next record will begin, buffered ones included. */
  get offset(): number {
    return this.#size;
  }

  /** All series of one step, as one record. NaN and ±Infinity are kept. */
  scalars(step: number, wallTime: number, values: Record<string, number>): void {
    const list = Object.entries(values);
    if (list.length === 0) return;
    this.#values(
      step,
      wallTime,
      list.map(([tag, value]) => ({ kind: 'scalar', tag, value })),
    );
  }

  histogram(step: number, wallTime: number, tag: string, buckets: HistogramBucket[]): void {
    this.#values(step, wallTime, [{ kind: 'histogram', tag, buckets }]);
  }

  /** One PNG or JPEG; width and height in pixels. */
  image(step: number, wallTime: number, tag: string, width: number, height: number, bytes: Uint8Array): void {
    this.images(step, wallTime, tag, width, height, [bytes]);
  }

  /** Several pictures of one size under one tag. */
  images(
    step: number,
    wallTime: number,
    tag: string,
    width: number,
    height: number,
    images: Uint8Array[],
  ): void {
    this.#values(step, wallTime, [{ kind: 'images', tag, width, height, images }]);
  }

  /** Markdown; the resolved configuration goes under the tag `config`, fenced. */
  text(step: number, wallTime: number, tag: string, markdown: string): void {
    this.#values(step, wallTime, [{ kind: 'text', tag, text: markdown }]);
  }

  hparams(info: SessionInfo): void {
    this.#plugin('_hparams_/session_start_info', 'hparams', encodeSessionInfo(info));
  }

  /** `endTime` in seconds since 1970. */
  hparamsEnd(status: SessionStatus, endTime: number): void {
    this.#plugin('_hparams_/session_end_info', 'hparams', encodeSessionEnd(status, endTime));
  }

  customScalarsLayout(layout: Layout): void {
    this.#plugin('custom_scalars__config__', 'custom_scalars', encodeLayout(layout));
  }

  /** Voids every earlier record with a step ≥ `step`: restored step + 1 on resume, 0 without a checkpoint. */
  sessionStart(step: number): void {
    this.#append(step, this.#options.now() / 1000, { kind: 'start' });
  }

  /** Notes that the checkpoint of `step` lies at `path`, relative to the run directory. */
  checkpointMarker(step: number, path: string): void {
    this.#append(step, this.#options.now() / 1000, { kind: 'checkpoint', path });
  }

  sessionStop(step: number): void {
    this.#append(step, this.#options.now() / 1000, { kind: 'stop' });
  }

  /**
   * Hands everything to the operating system: it then survives the death of this process.
   * When the disk is full the rest stays buffered, and the next flush goes on at the very byte.
   */
  flush(): void {
    this.#assertOpen();
    this.#lastFlush = this.#options.now();
    if (this.#pending.length === 0) return;
    this.#askGuard();
    let rest: Uint8Array = Buffer.concat(this.#pending);
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.#handle, rest));
    } finally {
      this.#pending = rest.length > 0 ? [rest] : [];
    }
  }

  /** {@link flush}, then to the disk: it then survives a power cut. */
  sync(): void {
    this.flush();
    fdatasyncSync(this.#handle);
  }

  /** Syncs and closes. Closing twice, or after a refusal, does nothing. */
  close(): void {
    if (this.#closed !== null) return;
    try {
      this.sync();
    } finally {
      this.#shut(
        new StoreError('writer-closed', 'The event file is closed.', 'Open it again with EventWriter.open.'),
      );
    }
  }

  #values(step: number, wallTime: number, values: SummaryValue[]): void {
    this.#append(step, wallTime, { kind: 'values', values });
  }

  #plugin(tag: string, plugin: string, content: Uint8Array): void {
    this.#values(0, this.#options.now() / 1000, [{ kind: 'plugin', tag, plugin, content }]);
  }

  #append(step: number, wallTime: number, body: EventBody): void {
    this.#assertOpen();
    const record = frameRecord(encodeEvent({ wallTime, step, body }));
    this.#pending.push(record);
    this.#size += record.length;
    // A long synchronous step starves the timer, so lateness is looked at here too.
    if (this.#options.now() - this.#lastFlush >= this.#options.flushIntervalMs) this.flush();
  }

  #askGuard(): void {
    try {
      this.#options.guard();
    } catch (error) {
      this.#shut(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  #flushInBackground(): void {
    try {
      this.flush();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #assertOpen(): void {
    if (this.#closed !== null) throw this.#closed;
  }

  #shut(reason: Error): void {
    if (this.#closed !== null) return;
    this.#closed = reason;
    this.#pending = [];
    clearInterval(this.#timer);
    closeSync(this.#handle);
  }
}
