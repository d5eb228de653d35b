/**
 * Follows an event file from a byte offset: whole records only, damage reported and passed over.
 *
 * API: EventReader(path, from).read(), readEvents(path), findEventFile(runDir).
 */
import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError, systemErrorCode } from './errors.ts';
import { scanRecords, type Damage, type PlacedEvent } from './recordScanner.ts';

/** Small enough that decoding a chunk does not hold up the event loop for long. */
const CHUNK_BYTES = 1 << 20;

export interface EventBatch {
  events: PlacedEvent[];
  damages: Damage[];
  /** Everything before this place has been dealt with. */
  offset: number;
  /** False when more can be read at once. */
  atEnd: boolean;
  /** The file became shorter than what was read: it is another file, and reading began again at 0. */
  restarted: boolean;
}

/** The run's event file, or null before it exists. @throws StoreError when there are several. */
export async function findEventFile(runDir: string): Promise<string | null> {
  const names = (await readdir(runDir)).filter((name) => name.startsWith('events.out.tfevents.')).sort();
  const [first, second] = names;
  if (second !== undefined) {
    throw new StoreError(
      'several-event-files',
      `${runDir} holds ${names.length} event files (${names.join(', ')}), a run has one.`,
      'Move the files that were copied here out of the run directory.',
    );
  }
  return first === undefined ? null : join(runDir, first);
}

export class EventReader {
  readonly path: string;
  #offset: number;
  /** Size at which the last attempt found nothing new: not read again until the file grows. */
  #stalledAt = -1;
  #chunk = CHUNK_BYTES;

  /** `from` must be the end of a record, as an earlier batch gave it. */
  constructor(path: string, from = 0) {
    this.path = path;
    this.#offset = from;
  }

  get offset(): number {
    return this.#offset;
  }

  /** The next records, at most about a MiB of them. A missing file reads as an empty one. */
  async read(): Promise<EventBatch> {
    let file: FileHandle;
    try {
      file = await open(this.path, 'r');
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      return { events: [], damages: [], offset: this.#offset, atEnd: true, restarted: false };
    }
    try {
      return await this.#readFrom(file);
    } finally {
      await file.close();
    }
  }

  async #readFrom(file: FileHandle): Promise<EventBatch> {
    const { size } = await file.stat();
    const restarted = size < this.#offset;
    if (restarted) this.#offset = 0;
    if (restarted || size < this.#stalledAt) this.#stalledAt = -1;
    const batch: EventBatch = { events: [], damages: [], offset: this.#offset, atEnd: true, restarted };
    if (size === this.#stalledAt || size === this.#offset) return batch;

    const wanted = Math.min(this.#chunk, size - this.#offset);
    const bytes = await readAt(file, this.#offset, wanted);
    const scan = scanRecords(bytes, this.#offset, { final: false });
    this.#offset += scan.consumed;
    // A record longer than the chunk, or damage that reaches beyond it, needs a longer look.
    this.#chunk = scan.consumed === 0 ? this.#chunk * 2 : CHUNK_BYTES;
    const sawEnd = wanted === size - batch.offset;
    this.#stalledAt = sawEnd ? size : -1;
    return { ...batch, ...scan, offset: this.#offset, atEnd: sawEnd };
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** All records of a file that nobody is writing to, cancelled ones included. */
export async function readEvents(path: string): Promise<{ events: PlacedEvent[]; damages: Damage[] }> {
  const reader = new EventReader(path);
  const events: PlacedEvent[] = [];
  const damages: Damage[] = [];
  for (;;) {
    const batch = await reader.read();
    for (const event of batch.events) events.push(event);
    damages.push(...batch.damages);
    if (batch.atEnd) return { events, damages };
  }
}
