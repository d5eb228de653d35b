/**
 * Comparisons that clients have asked for: one process at a time, the others wait; equal questions share one. It ends when the
 * last who asked goes away.
 *
 * API: new Comparisons(runsFolder, launcher, log), ask(request, options), end().
 */
import type { ComparisonLauncher } from '../launchers/comparison.ts';
import type { Comparison, ComparisonProgress, ComparisonRequest } from '../protocol/comparison.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Log } from './log.ts';

export interface AskOptions {
  /** Whoever asked has gone, or does not want it any more. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ComparisonProgress) => void;
  /** Computes also what is known. */
  readonly fresh: boolean;
}

export interface Compared {
  readonly comparison: Comparison;
  /** It was computed before, when it says. */
  readonly cached: boolean;
}

interface Shared {
  readonly result: Promise<Comparison>;
  readonly ending: AbortController;
  readonly listeners: Set<AskOptions['onProgress']>;
  /** Told to whoever joins later. */
  last: ComparisonProgress;
}

const QUEUED: ComparisonProgress = { done: 0, total: 0, what: 'queued' };

export class Comparisons {
  readonly #runsFolder: string;
  readonly #launcher: ComparisonLauncher;
  readonly #log: Log;
  readonly #shared = new Map<string, Shared>();
  /** Resolves when everything that was asked for so far is over. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(runsFolder: string, launcher: ComparisonLauncher, log: Log) {
    this.#runsFolder = runsFolder;
    this.#launcher = launcher;
    this.#log = log;
  }

  /** @throws ProtocolError `wrong-state` when it cannot be compared, `cancelled`, or `internal` */
  async ask(request: ComparisonRequest, { signal, onProgress, fresh }: AskOptions): Promise<Compared> {
    const digest = await this.#launcher.digest(this.#runsFolder, request);
    const known = fresh ? null : await this.#launcher.known(this.#runsFolder, digest);
    if (known) return { comparison: known, cached: true };
    const shared = this.#shared.get(digest) ?? this.#begin(digest, request);
    shared.listeners.add(onProgress);
    onProgress(shared.last);
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => {
        shared.listeners.delete(onProgress);
        if (shared.listeners.size === 0) this.#abandon(digest, shared);
        reject(new ProtocolError('cancelled', 'The comparison was cancelled.', 'Ask again if you want it.'));
      };
    });
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    try {
      return { comparison: await Promise.race([shared.result, left]), cached: false };
    } finally {
      signal.removeEventListener('abort', leave);
      shared.listeners.delete(onProgress);
    }
  }

  /** Ends what is being computed: nobody is there to get it. */
  end(): void {
    for (const { ending } of this.#shared.values()) ending.abort();
  }

  /** Whoever asks the same from now on begins anew. */
  #abandon(digest: string, shared: Shared): void {
    if (this.#shared.get(digest) === shared) this.#shared.delete(digest);
    shared.ending.abort();
  }

  #begin(digest: string, request: ComparisonRequest): Shared {
    const ending = new AbortController();
    const listeners = new Set<AskOptions['onProgress']>();
    const before = this.#turn;
    const result = before.then(() => {
      this.#log(`comparing ${request.subjects.map(({ run, role }) => `${run}:${role}`).join(', ')}`);
      return this.#launcher.compute(this.#runsFolder, request, {
        signal: ending.signal,
        onLog: this.#log,
        onProgress: (progress) => {
          shared.last = progress;
          for (const listener of listeners) listener(progress);
        },
      });
    });
    const shared: Shared = { result, ending, listeners, last: QUEUED };
    this.#shared.set(digest, shared);
    this.#turn = result
      .catch((error: unknown) => {
        this.#log(`comparison: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => {
        if (this.#shared.get(digest) === shared) this.#shared.delete(digest);
      });
    return shared;
  }
}
