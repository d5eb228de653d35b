/**
 * Keeps a copy of one run's series up to date over a link that may break: after each break, and after each gap, it asks from
 * the offset that it has.
 *
 * API: SeriesFollower.mirror, error, stop(); made by DaemonClient.follow.
 */
import type { ProtocolError } from '../protocol/errors.ts';
import { toProtocolError } from '../protocol/errors.ts';
import type { SeriesUpdate } from '../protocol/series.ts';
import { SeriesMirror } from '../protocol/seriesMirror.ts';
import type { DaemonClient } from './daemonClient.ts';

export interface FollowOptions {
  /** Finite points a series in a snapshot. */
  maxPoints: number;
  onUpdate?: (update: SeriesUpdate) => void;
  /** The daemon refuses: the run is gone. It is asked again when the link is new. */
  onError?: (error: ProtocolError) => void;
}

export class SeriesFollower {
  readonly mirror = new SeriesMirror();
  readonly #client: DaemonClient;
  readonly #run: string;
  readonly #options: FollowOptions;
  readonly #stops: (() => void)[];
  /** The number of our subscription on the present link. */
  #subscription: number | null = null;
  #asking = false;
  #stopped = false;

  constructor(client: DaemonClient, run: string, options: FollowOptions) {
    this.#client = client;
    this.#run = run;
    this.#options = options;
    this.#stops = [
      client.onLink((link) => {
        this.#subscription = null;
        if (link.kind === 'connected') void this.#subscribe();
      }),
      client.on('series/append', (params) => {
        if (params.subscription === this.#subscription) this.#take(params.update);
      }),
    ];
    if (client.link.kind === 'connected') void this.#subscribe();
  }

  /** Ends the subscription; the mirror keeps what it has. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const stop of this.#stops) stop();
    this.#unsubscribe();
  }

  #unsubscribe(): void {
    const subscription = this.#subscription;
    this.#subscription = null;
    if (subscription === null || this.#client.link.kind !== 'connected') return;
    this.#client.request('series/unsubscribe', { subscription }).catch(() => {
      // The link is gone, and the subscription with it.
    });
  }

  async #subscribe(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const { maxPoints } = this.#options;
      const since = this.mirror.offset;
      const answer = await this.#client.request('series/subscribe', { run: this.#run, since, maxPoints });
      this.#asking = false;
      this.#subscription = answer.subscription;
      if (this.#stopped) this.#unsubscribe();
      else this.#take(answer.update);
    } catch (error) {
      this.#asking = false;
      const known = toProtocolError(error);
      // A new link brings a new attempt.
      if (known.code !== 'disconnected' && !this.#stopped) this.#options.onError?.(known);
    }
  }

  #take(update: SeriesUpdate): void {
    if (this.mirror.apply(update)) {
      this.#options.onUpdate?.(update);
      return;
    }
    // Something was dropped on the way.
    this.#unsubscribe();
    void this.#subscribe();
  }
}
